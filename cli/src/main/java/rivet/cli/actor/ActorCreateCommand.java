package rivet.cli.actor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.CreateActorRequest;
import rivet.protocol.api.PlacementView;

@Command(
        name = "create",
        description = {
            "Create an actor.",
            "",
            "Which build it runs is said by id, or by tags: the newest build that has them all, and "
                    + "'current=true'. If nothing says which, it is the only current build that the environment has.",
            "",
            "With --key it is the one live actor with that key, which is created only if there is none: any "
                    + "number of these commands at once give the same actor."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor create -t name=counter -p http --wait",
            "  rivet actor create -t name=counter --placement-timeout 30000",
            "  rivet actor create --key room-7 -b name=room -p http --durable",
            "  rivet actor create --build ID -p 'name=game,protocol=udp,internal_port=9000,host' --dry-run",
        })
final class ActorCreateCommand extends ServerCommand {

    private static final long BYTES_A_MIB = 1 << 20;

    @Mixin
    private final BuildOptions build = new BuildOptions();

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description =
                    "Its name, which no other live actor of the environment has; gets the one that has it, if any.")
    private @Nullable String key;

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
            names = {"--env", "--env-var"},
            paramLabel = "KEY=VALUE",
            description = "A variable of its environment; may be repeated.")
    private List<String> environment = new ArrayList<>();

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = {
                "A port of it; may be repeated: 'http', 'web:http', 'game:udp', or "
                        + "'name=web,protocol=http,internal_port=8080,guard=connection'.",
                "Protocols: http, https; and tcp, tcp_tls, udp, which are reached at host:port.",
                "guard=connection: only for URLs of 'rivet actor connect'.",
                "hibernate: its WebSockets stay open while it sleeps, is upgraded or moves.",
                "Limits of what clients may do: concurrency=N, client_rate=N/MS and token_rate=N/MS (requests in so many ms), "
                        + "body_bytes=N, header_bytes=N, idle_ms=MS, request_ms=MS, stream_ms=MS.",
                "For tcp and tcp_tls: concurrency, idle_ms and stream_ms; for udp none."
            })
    private List<String> ports = new ArrayList<>();

    @Option(names = "--durable", description = "Start it again when it crashes or its machine is lost.")
    private boolean durable;

    @Option(
            names = "--kill-timeout",
            paramLabel = "MS",
            description = "Milliseconds from the signal to end until it is killed (0 to 7200000; else 5000).")
    private @Nullable Long killTimeoutMs;

    @Mixin
    private final PolicyOptions upgrade = new PolicyOptions();

    @Option(
            names = "--idle-timeout",
            paramLabel = "MS",
            description =
                    "Milliseconds without a request or a connection, after which it is put to sleep until the next one "
                            + "(1000 to 86400000; else it stays awake).")
    private @Nullable Long idleTimeoutMs;

    @Option(
            names = "--dir",
            paramLabel = "MIB",
            description = "A directory of its own of so many MiB, which it finds again wherever it starts next "
                    + "(1 to 1024; else it has none).")
    private @Nullable Long dirQuotaMib;

    @Option(
            names = "--placement-timeout",
            paramLabel = "MS",
            description =
                    "Milliseconds that it may wait for room; then it is destroyed. With 0 it is created only if there is "
                            + "room at once (0 to 86400000; else it waits as long as it takes).")
    private @Nullable Long placementTimeoutMs;

    @Mixin
    private final HealthOptions health = new HealthOptions();

    @Option(
            names = "--cpu",
            paramLabel = "MILLICORES",
            description = "Its share of processors; 1000 is one. Not for JavaScript, whose share is fixed.")
    private @Nullable Integer cpuMillicores;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description = "Its memory, in MiB. Not for JavaScript, whose share is fixed.")
    private @Nullable Integer memoryMib;

    @Option(
            names = "--wait",
            description = {
                "Return when it has started, and not as soon as it is created; fail if it does not start.",
                "Waits for --placement-timeout, if given, --start-timeout, --kill-timeout, and two minutes more."
            })
    private boolean wait;

    @Option(names = "--logs", description = "Go on with what it prints, until it is destroyed.")
    private boolean logs;

    @Option(
            names = "--dry-run",
            description = "Create nothing; say which agents it would fit on, and what is against the others.")
    private boolean dryRun;

    ActorCreateCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        if (dryRun && (wait || logs)) {
            throw Failure.badInput("BAD_OPTION", "--dry-run with --wait or --logs (expected: none of them)");
        }
        upgrade.check();
        var both = Pairs.parse("--tags", tags);
        request(both, build.id() == null ? build.tags(both) : null);
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var both = Pairs.parse("--tags", tags);
        var request = request(both, build.id() == null ? buildTags(server, both) : null);
        if (dryRun) {
            var placement = server.placement(request);
            output.result(placement, () -> print(placement));
        } else {
            create(server, request);
        }
    }

    private void create(ControlPlaneClient server, CreateActorRequest request) {
        var made = key == null
                ? new ActorView.GetOrCreated(server.createActor(request), true)
                : server.getOrCreateActor(request);
        var id = ActorId.parse(made.actor().id());
        var actor = wait ? new Startup(server).await(id, null) : made.actor();
        if (logs) {
            output.progress("actor " + actor.id());
            new LogFollower(server, output, LogFollower.Form.WITH_TIME).follow(id, ControlPlaneClient.LogQuery.ALL);
            return;
        }
        output.result(
                key == null ? new ActorView.One(actor) : new ActorView.GetOrCreated(actor, made.created()),
                () -> print(actor));
    }

    private CreateActorRequest request(Map<String, String> both, @Nullable Map<String, String> buildTags) {
        var variables = Pairs.parseEach("--env", environment);
        var opened = PortOption.parse(ports);
        return new CreateActorRequest(
                merged(both, Pairs.parse("--actor-tags", actorTags)),
                key,
                build.id(),
                buildTags,
                region,
                variables.isEmpty() ? null : new CreateActorRequest.Runtime(variables, null, null),
                opened.isEmpty() ? null : new CreateActorRequest.Network(null, opened, null),
                resources(),
                new CreateActorRequest.Lifecycle(
                        killTimeoutMs,
                        durable,
                        placementTimeoutMs,
                        health.startTimeoutMs(),
                        health.readiness(),
                        health.liveness(),
                        idleTimeoutMs,
                        upgrade.view()),
                dirQuotaMib == null
                        ? null
                        : new CreateActorRequest.Storage(new CreateActorRequest.Dir(dirQuotaMib * BYTES_A_MIB)));
    }

    private Map<String, String> buildTags(ControlPlaneClient server, Map<String, String> both) {
        var wanted = build.tags(both);
        return wanted.isEmpty() ? onlyBuild(server) : wanted;
    }

    private Map<String, String> onlyBuild(ControlPlaneClient server) {
        var names = server.builds(Map.of("current", "true")).builds().stream()
                .map(each -> each.tags().getOrDefault("name", each.name()))
                .distinct()
                .toList();
        if (names.size() != 1) {
            var there = names.isEmpty() ? "there is none" : "there are " + String.join(", ", names);
            throw Failure.badInput(
                            "BAD_OPTION",
                            "which build? %s (expected: --build ID, --tags or --build-tags name=…)".formatted(there))
                    .withRemedy(rivet(names.isEmpty() ? "deploy" : "build list") + " is the way to one");
        }
        return new TreeMap<>(Map.of("name", names.getFirst(), "current", "true"));
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
        var next = new ArrayList<String>();
        ActorText.urls(actor).stream()
                .filter(url -> url.startsWith("http"))
                .findFirst()
                .ifPresent(url -> next.add("curl " + url));
        next.add(rivet("actor logs -f " + actor.id()));
        next.add(rivet("actor destroy " + actor.id()));
        output.next(next.toArray(String[]::new));
    }

    private void print(PlacementView placement) {
        output.say(placement.fits() ? "it fits; nothing was created" : "it would wait for room; nothing was created");
        output.say("region   " + placement.region());
        output.say("build    " + placement.build());
        output.say("needs    %d millicores, %d MiB"
                .formatted(placement.resources().cpu(), placement.resources().memory()));
        output.say("");
        output.table(
                List.of("AGENT", "REGION", "FITS", "BECAUSE"),
                placement.agents().stream()
                        .map(agent -> List.of(
                                agent.agent(),
                                agent.region(),
                                agent.fits() ? "yes" : "no",
                                agent.reasons().isEmpty()
                                        ? Output.orNone(null)
                                        : agent.reasons().stream().collect(Collectors.joining(", "))))
                        .toList());
    }
}
