package rivet.cli.actor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.BuildId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;

@Command(
        name = "create",
        description = {
            "Create an actor.",
            "",
            "Which build it runs is said by id, or by tags: the newest build that has them all, and 'current=true'."
        })
final class ActorCreateCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    @Option(
            names = {"-r", "--region"},
            paramLabel = "ID",
            description = "Where it runs (else where the server sees fit).")
    private @Nullable String region;

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Tags of the actor, and of the build it runs.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = {"-a", "--actor-tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Tags of the actor only.")
    private List<String> actorTags = new ArrayList<>();

    @Option(
            names = {"-b", "--build-tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Tags of the build only.")
    private List<String> buildTags = new ArrayList<>();

    @Option(names = "--build", paramLabel = "ID", description = "The build, by its id.")
    private @Nullable String build;

    @Option(names = "--no-build-current-tag", description = "Do not ask for a build with 'current=true'.")
    private boolean anyBuild;

    @Option(
            names = "--env-var",
            paramLabel = "KEY=VALUE",
            description = "A variable of its environment; may be repeated.")
    private List<String> environment = new ArrayList<>();

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = {
                "A port of it; may be repeated: 'http', 'web:http', or",
                "'name=web,protocol=http,internal_port=8080,guard'."
            })
    private List<String> ports = new ArrayList<>();

    @Option(names = "--durable", description = "Start it again when it crashes or its machine is lost.")
    private boolean durable;

    @Option(
            names = "--kill-timeout",
            paramLabel = "MS",
            description = "Milliseconds from the signal to end until it is killed (0 to 7200000; else 5000).")
    private @Nullable Long killTimeoutMs;

    @Option(names = "--cpu", paramLabel = "MILLICORES", description = "Its share of processors; 1000 is one.")
    private @Nullable Integer cpuMillicores;

    @Option(names = "--memory", paramLabel = "MIB", description = "Its memory, in MiB.")
    private @Nullable Integer memoryMib;

    @Option(names = "--wait", description = "Return when it has started, and not as soon as it has its place.")
    private boolean wait;

    ActorCreateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var request = request();
        try (var server = serverOptions.connect()) {
            var actor = server.createActor(request);
            output.result(new ActorView.One(actor), () -> print(actor));
        }
        return ExitCode.OK.number();
    }

    private CreateActorRequest request() {
        var both = Pairs.parse("--tags", tags);
        var ofActor = merged(both, Pairs.parse("--actor-tags", actorTags));
        var ofBuild = build == null ? buildTags(both) : null;
        var variables = Pairs.parseEach("--env-var", environment);
        var opened = PortOption.parse(ports);
        return new CreateActorRequest(
                ofActor,
                null,
                buildId(),
                ofBuild,
                region,
                variables.isEmpty() ? null : new CreateActorRequest.Runtime(variables, null, null),
                opened.isEmpty() && !wait ? null : new CreateActorRequest.Network(null, opened, wait ? true : null),
                resources(),
                new CreateActorRequest.Lifecycle(killTimeoutMs, durable));
    }

    private @Nullable String buildId() {
        if (build == null) {
            return null;
        }
        if (!buildTags.isEmpty()) {
            throw Failure.badInput("BAD_OPTION", "--build and --build-tags (expected: one of them)");
        }
        try {
            return BuildId.parse(build).toString();
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("BAD_OPTION", "--build: " + e.getMessage());
        }
    }

    private Map<String, String> buildTags(Map<String, String> both) {
        var wanted = merged(both, Pairs.parse("--build-tags", buildTags));
        if (wanted.isEmpty()) {
            throw Failure.badInput("BAD_OPTION", "which build? (expected: --build ID, --tags or --build-tags name=…)")
                    .withRemedy("'%s build list' shows what there is".formatted(surroundings.command()));
        }
        if (!anyBuild) {
            wanted.putIfAbsent("current", "true");
        }
        return wanted;
    }

    private CreateActorRequest.@Nullable Resources resources() {
        if (cpuMillicores == null && memoryMib == null) {
            return null;
        }
        return new CreateActorRequest.Resources(cpuMillicores, memoryMib);
    }

    private static Map<String, String> merged(Map<String, String> tags, Map<String, String> more) {
        var merged = new LinkedHashMap<>(tags);
        merged.putAll(more);
        return merged;
    }

    private void print(ActorView actor) {
        ActorText.describe(output, actor);
        var command = surroundings.command();
        var next = new ArrayList<String>();
        ActorText.urls(actor).stream()
                .filter(url -> url.startsWith("http"))
                .findFirst()
                .ifPresent(url -> next.add("curl " + url));
        next.add("%s actor logs -f %s".formatted(command, actor.id()));
        next.add("%s actor destroy %s".formatted(command, actor.id()));
        output.next(next.toArray(String[]::new));
    }
}
