package rivet.cli.actor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.ActorQuery;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Question;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.BuildView;

@Command(
        name = "upgrade",
        description = {
            "Give an actor, or all that have some tags, another build: it is told to end, and started again "
                    + "on the new build.",
            "Id, key, tags and URLs stay.",
            "",
            "Which build is said by id or by tags; else it is the current one of the name that the actor's "
                    + "own build has, and with --tags that of the tag 'name'."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor upgrade ID --wait",
            "  rivet actor upgrade ID -b name=room,version=3 --no-build-current-tag",
            "  rivet actor upgrade --tags name=room --yes"
        })
final class ActorUpgradeCommand extends ServerCommand {

    private static final Duration START_DEADLINE = Duration.ofMinutes(2);

    @Mixin
    private final BuildOptions build = new BuildOptions();

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The actor.")
    private @Nullable String id;

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "Instead of an ID: all actors that have these tags.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = "--wait",
            description = "Return when it runs on the new build; fail if it does not start. With an ID.")
    private boolean wait;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask whether to upgrade them all; with --tags.")
    private boolean yes;

    ActorUpgradeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        WhichActors.requireOne(id, tags);
        build.id();
        if (wait && id == null) {
            throw Failure.badInput("BAD_OPTION", "--wait with --tags (expected: --wait with an ID)");
        }
    }

    @Override
    protected void run(ControlPlaneClient server) {
        if (id == null) {
            upgradeMany(server, Pairs.parse("--tags", tags));
        } else {
            upgradeOne(server, ActorText.parseId(id));
        }
    }

    private void upgradeOne(ControlPlaneClient server, ActorId actorId) {
        var wanted = build.tags(Map.of());
        var to = build.id() != null
                ? server.build(BuildId.parse(build.id()))
                : newest(server, wanted.isEmpty() ? sameName(server, actorId) : wanted);
        var buildId = BuildId.parse(to.id());
        server.upgradeActor(actorId, buildId);
        var actor = wait ? new Startup(server).await(actorId, buildId, START_DEADLINE) : server.actor(actorId);
        output.result(new Document(actor.id(), to.id(), actor.state()), () -> {
            output.say("actor %s is %s on build %s".formatted(actorId, actor.state(), to.id()));
            output.next(rivet("actor events " + actorId), rivet("actor logs -f " + actorId));
        });
    }

    private Map<String, String> sameName(ControlPlaneClient server, ActorId actorId) {
        var now = server.build(BuildId.parse(server.actor(actorId).runtime().build()));
        return Map.of("name", now.tags().getOrDefault("name", now.name()), "current", "true");
    }

    private static BuildView newest(ControlPlaneClient server, Map<String, String> wanted) {
        return server.builds(wanted).builds().stream()
                .findFirst()
                .orElseThrow(() -> new Failure(
                        ExitCode.NOT_FOUND, "BUILD_NOT_FOUND", "no build has the tags " + Pairs.print(wanted)));
    }

    private void upgradeMany(ControlPlaneClient server, Map<String, String> of) {
        var to = many(of);
        long count = server.allActors(new ActorQuery(of, null, false, null)).count();
        new Question(surroundings).demandYes(yes, "upgrade %d actors with %s?".formatted(count, Pairs.print(of)));
        var upgraded = server.call("POST", "/actors/upgrade", Map.of(), to, Upgraded.class);
        output.result(upgraded, () -> {
            output.say("%d actors are upgraded".formatted(upgraded.count));
            output.next(rivet("actor list -t " + Pairs.print(of)));
        });
    }

    private UpgradeMany many(Map<String, String> of) {
        if (build.id() != null) {
            return new UpgradeMany(of, build.id(), null);
        }
        var name = of.get("name");
        var wanted = build.tags(Map.of());
        if (wanted.isEmpty() && name == null) {
            throw Failure.badInput("BAD_OPTION", "which build? (expected: --build ID, or --build-tags name=…)")
                    .withRemedy("'%s' shows what there is".formatted(rivet("build list")));
        }
        return new UpgradeMany(of, null, wanted.isEmpty() ? build.tags(Map.of("name", name)) : wanted);
    }

    /** @param id of the actor */
    private record Document(String id, String build, String state) {}

    private record UpgradeMany(
            Map<String, String> tags,
            @Nullable String build,
            @Nullable Map<String, String> buildTags) {}

    private record Upgraded(long count) {}
}
