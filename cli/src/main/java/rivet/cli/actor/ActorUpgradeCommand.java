package rivet.cli.actor;

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
            "Id, key, tags and URLs stay. A build that does not become ready is taken back.",
            "",
            "Which build is said by id or by tags; else it is the current one of the name that the actor's "
                    + "own build has, and with --tags that of the tag 'name'."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet actor upgrade ID --wait",
            "  rivet actor upgrade ID --policy when_idle --policy-deadline 60000",
            "  rivet actor upgrade ID -b name=room,version=3 --no-build-current-tag",
            "  rivet actor upgrade --tags name=room --yes",
            "  rivet actor upgrade --tags name=room --batch-size 10 --pause 5000 --wait --yes"
        })
final class ActorUpgradeCommand extends ServerCommand {

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
            description = {
                "Return when it runs on the new build; fail if it does not start. With an ID, or with --batch-size, "
                        + "--pause or --percentage.",
                "With an ID it waits for the deadline of the policy, the kill timeout, the start timeout, and two minutes more."
            })
    private boolean wait;

    @Mixin
    private final PolicyOptions policy = new PolicyOptions();

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description =
                    "With --tags: so many at a time; the next when all of them are ready, and none any more when one is "
                            + "rolled back (1 to 1000).")
    private @Nullable Integer batchSize;

    @Option(
            names = "--pause",
            paramLabel = "MS",
            description = "With --tags: milliseconds from a batch that is ready to the next one (0 to 86400000).")
    private @Nullable Long pauseMs;

    @Option(
            names = "--percentage",
            paramLabel = "PERCENT",
            description = "With --tags: only so many of those that have another build, rounded up (1 to 100).")
    private @Nullable Integer percentage;

    @Option(
            names = "--start-timeout",
            paramLabel = "MS",
            description =
                    "Milliseconds that the first start of the new build may take (100 to 3600000; else the actor's own, "
                            + "else 10000).")
    private @Nullable Long startTimeoutMs;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask whether to upgrade them all; with --tags.")
    private boolean yes;

    ActorUpgradeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    protected void check() {
        policy.check();
        WhichActors.requireOne(id, tags);
        build.id();
        if (wait && id == null && !rolls()) {
            throw Failure.badInput(
                    "BAD_OPTION",
                    "--wait with --tags (expected: --wait with an ID, or --batch-size, --pause or --percentage)");
        }
        if (rolls() && (id != null || policy.isNextStart())) {
            throw Failure.badInput(
                    "BAD_OPTION", "--batch-size, --pause and --percentage are for --tags, without --policy next_start");
        }
        if (wait && policy.isNextStart()) {
            throw Failure.badInput("BAD_OPTION", "--wait with --policy next_start (expected: one of them)");
        }
    }

    private boolean rolls() {
        return batchSize != null || pauseMs != null || percentage != null;
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
        server.upgradeActor(
                actorId,
                new ControlPlaneClient.Upgrade(
                        to.id(), policy.policy(), policy.deadlineMs(), policy.atDeadline(), startTimeoutMs));
        var actor = wait
                ? new Startup(server).await(actorId, buildId, policy.view(), startTimeoutMs)
                : server.actor(actorId);
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
        if (wait && upgraded.rollout != null) {
            ActorUpgradesCommand.await(server, output, upgraded.rollout);
        }
        output.result(upgraded, () -> {
            output.say("%d actors are upgraded".formatted(upgraded.count));
            if (upgraded.rollout != null && !wait) {
                output.next(rivet("actor upgrades " + upgraded.rollout + " --wait"));
            }
            output.next(rivet("actor list -t " + Pairs.print(of)));
        });
    }

    private UpgradeMany many(Map<String, String> of) {
        if (build.id() != null) {
            return upgrade(of, build.id(), null);
        }
        var name = of.get("name");
        var wanted = build.tags(Map.of());
        if (wanted.isEmpty() && name == null) {
            throw Failure.badInput("BAD_OPTION", "which build? (expected: --build ID, or --build-tags name=…)")
                    .withRemedy("'%s' shows what there is".formatted(rivet("build list")));
        }
        return upgrade(of, null, wanted.isEmpty() ? build.tags(Map.of("name", name)) : wanted);
    }

    private UpgradeMany upgrade(
            Map<String, String> of, @Nullable String buildId, @Nullable Map<String, String> buildTags) {
        return new UpgradeMany(
                of,
                buildId,
                buildTags,
                policy.policy(),
                policy.deadlineMs(),
                policy.atDeadline(),
                startTimeoutMs,
                batchSize,
                pauseMs,
                percentage);
    }

    /** @param id of the actor */
    private record Document(String id, String build, String state) {}

    private record UpgradeMany(
            Map<String, String> tags,
            @Nullable String build,
            @Nullable Map<String, String> buildTags,
            @Nullable String policy,
            @Nullable Long deadline,
            @Nullable String atDeadline,
            @Nullable Long startTimeout,
            @Nullable Integer batchSize,
            @Nullable Long pauseMs,
            @Nullable Integer percentage) {}

    private record Upgraded(long count, @Nullable String rollout) {}
}
