package rivet.cli.actor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ControlPlaneClient.LogQuery;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pause;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.ExplanationView;
import rivet.protocol.api.UpgradePolicyView;

/** Waits until an actor runs, and tells why where it does not. */
public final class Startup {

    /** On top of what the actor is allowed: its build is fetched, its directory brought, an agent found. */
    private static final Duration MARGIN = Duration.ofMinutes(2);

    /** What the server and the agents have where nobody says. */
    private static final Duration USUAL_DRAIN = Duration.ofSeconds(15);

    private static final Duration USUAL_START = Duration.ofSeconds(30);
    private static final String DRAIN = "drain";
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration HELD = Duration.ofSeconds(10);
    private static final int LAST_LINES = 10;

    private final ControlPlaneClient server;

    public Startup(ControlPlaneClient server) {
        this.server = server;
    }

    /**
     * How long it may take that an actor runs, beside the time that a new build waits until it is idle.
     *
     * @param policy of the upgrade that is waited for; absent: the actor's own
     * @param startTimeoutMs of that upgrade; absent: the actor's own
     */
    public static Duration bound(ActorView actor, @Nullable UpgradePolicyView policy, @Nullable Long startTimeoutMs) {
        var lifecycle = actor.lifecycle();
        return MARGIN.plusMillis(lifecycle.killTimeout())
                .plus(drain(policy == null || policy.policy() == null ? lifecycle.upgrade() : policy))
                .plus(orElse(startTimeoutMs == null ? lifecycle.startTimeout() : startTimeoutMs, USUAL_START))
                .plus(actor.startedAt() == null ? orElse(lifecycle.placementTimeout(), Duration.ZERO) : Duration.ZERO);
    }

    private static Duration drain(@Nullable UpgradePolicyView policy) {
        return policy != null && (DRAIN.equals(policy.policy()) || DRAIN.equals(policy.atDeadline()))
                ? orElse(DRAIN.equals(policy.policy()) ? policy.deadline() : null, USUAL_DRAIN)
                : Duration.ZERO;
    }

    private static Duration orElse(@Nullable Long ms, Duration otherwise) {
        return ms == null ? otherwise : Duration.ofMillis(ms);
    }

    /** Waits for one that was created, or is woken: for as long as it is allowed, and some more. */
    public ActorView await(ActorId id, @Nullable BuildId build) {
        return await(id, build, null, null);
    }

    /**
     * @param build which it has to run; absent: whichever it was created with
     * @param policy as of {@link #bound}
     * @param startTimeoutMs likewise
     * @throws Failure with the exit code and its last lines, as soon as it is known that it does not start
     */
    public ActorView await(
            ActorId id, @Nullable BuildId build, @Nullable UpgradePolicyView policy, @Nullable Long startTimeoutMs) {
        long start = System.nanoTime();
        while (true) {
            var actor = server.actorWhenReady(id, HELD);
            requireNotRolledBack(actor, build);
            if (waitsUntilIdle(actor)) {
                start = System.nanoTime(); // that has an end of its own, which the server keeps
            }
            if (build == null || build.toString().equals(actor.runtime().build())) {
                if (isThere(actor)) {
                    return actor;
                }
                if (hasFailed(actor)) {
                    throw didNotStart(actor);
                }
            }
            var bound = bound(actor, policy, startTimeoutMs);
            if (System.nanoTime() - start > bound.toNanos()) {
                throw new Failure(
                        ExitCode.FAILED,
                        "ACTOR_NOT_READY_IN_TIME",
                        "actor %s is %s after %d s".formatted(id, ActorText.state(actor), bound.toSeconds()));
            }
            Pause.of(INTERVAL);
        }
    }

    /** Who sleeps has nothing to start, and starts with the build that it has then. */
    private static boolean isThere(ActorView actor) {
        return actor.state().equals("sleeping") || (actor.state().equals("running") && !waitsUntilIdle(actor));
    }

    private static boolean waitsUntilIdle(ActorView actor) {
        return actor.upgrade() != null && actor.upgrade().waitsUntil() != null;
    }

    /** One that is stopping may be on its way to a new version. */
    private static boolean hasFailed(ActorView actor) {
        return actor.destroyedAt() != null
                || actor.state().equals("destroyed")
                || actor.state().equals("crash_backoff");
    }

    private static void requireNotRolledBack(ActorView actor, @Nullable BuildId build) {
        var upgrade = actor.upgrade();
        if (build != null
                && upgrade != null
                && upgrade.build().equals(build.toString())
                && upgrade.state().equals("rolled_back")) {
            throw new Failure(
                            ExitCode.FAILED,
                            "UPGRADE_ROLLED_BACK",
                            "actor %s has build %s again, because build %s did not become ready: %s"
                                    .formatted(actor.id(), upgrade.previousBuild(), build, upgrade.message()))
                    .withRemedy("'rivet actor logs %s' shows what it printed".formatted(actor.id()));
        }
    }

    private Failure didNotStart(ActorView actor) {
        var id = ActorId.parse(actor.id());
        var explanation = explanation(id);
        var exitCode = explanation.map(ExplanationView::exitCode);
        var lines = lastLines(id);
        return new Failure(
                        ExitCode.FAILED,
                        "ACTOR_DID_NOT_START",
                        "actor %s did not start: %s%s%s"
                                .formatted(
                                        id,
                                        ActorText.state(actor),
                                        exitCode.map(code -> ", exit code " + code)
                                                .orElse(""),
                                        lines.isEmpty()
                                                ? "; it printed nothing"
                                                : lines.stream()
                                                        .map(line -> "\n  " + line)
                                                        .collect(Collectors.joining("", "; its last lines:", ""))))
                .withRemedy("'rivet actor explain %s' says more".formatted(id));
    }

    /** More than we have to know: without it there is still the state. */
    private Optional<ExplanationView> explanation(ActorId id) {
        try {
            return Optional.of(server.explain(id));
        } catch (Failure e) {
            return Optional.empty();
        }
    }

    private List<String> lastLines(ActorId id) {
        var lines = LogLines.of(server.logs(id, LogQuery.ALL, null)).toList();
        return lines.stream()
                .skip(Math.max(0, lines.size() - LAST_LINES))
                .map(LogLines.Line::text)
                .toList();
    }
}
