package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.ActorEvent.DestroyRequested;
import rivet.controlplane.actor.ActorEvent.Down;
import rivet.controlplane.actor.ActorEvent.DrainBlocked;
import rivet.controlplane.actor.ActorEvent.DrainLifted;
import rivet.controlplane.actor.ActorEvent.DrainRequested;
import rivet.controlplane.actor.ActorEvent.NotPlaced;
import rivet.controlplane.actor.ActorEvent.Placed;
import rivet.controlplane.actor.ActorEvent.PlacementTimedOut;
import rivet.controlplane.actor.ActorEvent.Policy;
import rivet.controlplane.actor.ActorEvent.RestWanted;
import rivet.controlplane.actor.ActorEvent.RetryDue;
import rivet.controlplane.actor.ActorEvent.SleepRequested;
import rivet.controlplane.actor.ActorEvent.Unused;
import rivet.controlplane.actor.ActorEvent.Up;
import rivet.controlplane.actor.ActorEvent.UpgradeDue;
import rivet.controlplane.actor.ActorEvent.UpgradeRequested;
import rivet.controlplane.actor.ActorEvent.WakeRequested;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.IdleWait;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Then;
import rivet.controlplane.actor.ActorState.Waiting;
import rivet.controlplane.actor.UpgradePolicy.AtDeadline;
import rivet.protocol.AgentId;
import rivet.protocol.link.DownReason;

/** Every state an actor can be in and everything that can happen to it, each with the words that people use for it. */
final class Lives {

    static final Instant THEN = Instant.parse("2026-01-02T03:04:05.678Z");
    static final Instant NOW = THEN.plusSeconds(60);
    static final Instant RETRY_AT = THEN.plusSeconds(30);
    static final Duration GRACE = Duration.ofSeconds(5);
    static final Duration HEALTHY_AFTER = Duration.ofMinutes(10);
    static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), HEALTHY_AFTER);

    static final AgentId AGENT = AgentId.parse("5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90");
    static final Assignment OLDER = new Assignment(AGENT, 6);
    static final Assignment AT = new Assignment(AGENT, 7);
    static final Assignment NEXT = new Assignment(AGENT, 8);

    private static final Map<String, Integer> PORTS = Map.of("http", 4711);

    private Lives() {}

    static Map<String, ActorState> states() {
        var states = new LinkedHashMap<String, ActorState>();
        states.put("pending", new Pending(THEN, Waiting.QUEUED, 0));
        states.put("pending, until a time", new Pending(THEN, Waiting.NO_CAPACITY, 0, NOW));
        states.put("starting", starting(0));
        states.put("starting after crashes", starting(3));
        states.put("running", running(0));
        states.put("running after crashes", running(3));
        states.put("running long after crashes", new Running(NOW.minus(HEALTHY_AFTER), AT, PORTS, 3));
        states.put("running, drain blocked", running(0).withDrainBlocked(true));
        states.put("running, an upgrade waits", running(0).withUpgrade(new IdleWait(THEN, NOW, AtDeadline.NOW)));
        states.put(
                "running, an upgrade waits, else drains",
                running(0).withUpgrade(new IdleWait(THEN, NOW, AtDeadline.DRAIN)));
        states.put(
                "running, an upgrade waits, else goes on",
                running(0).withUpgrade(new IdleWait(THEN, NOW, AtDeadline.NEXT_START)));
        states.put("crash_backoff", new CrashBackoff(THEN, RETRY_AT, crash(), 2));
        states.put("stopping (to destroy)", stopping(Then.DESTROY));
        states.put("stopping (to restart)", stopping(Then.RESTART));
        states.put("stopping (to restart), draining", new Stopping(THEN, AT, GRACE, Then.RESTART, GRACE));
        states.put("stopping (to move)", stopping(Then.MOVE));
        states.put("stopping (to end)", stopping(Then.END));
        states.put("stopping (to sleep)", stopping(Then.SLEEP));
        states.put("stopping (idle)", stopping(Then.IDLE));
        states.put("stopping (its own wish)", stopping(Then.ASKED));
        states.put("stopping (to wake)", stopping(Then.WAKE));
        states.put("sleeping", new Sleeping(THEN, "sleep_requested"));
        states.put("destroyed", new Destroyed(THEN, "destroy_requested", null));
        return states;
    }

    static Map<String, ActorEvent> events() {
        var events = new LinkedHashMap<String, ActorEvent>();
        events.put("placed", new Placed(NOW, NEXT));
        events.put("not placed", new NotPlaced(NOW, Waiting.NO_CAPACITY));
        events.put("placement timed out", new PlacementTimedOut(NOW));
        events.put("placement not timed out yet", new PlacementTimedOut(NOW.minusMillis(1)));
        events.put("up", up(AT));
        events.put("completed", down(AT, exited(0), true));
        events.put("crashed", down(AT, crash(), false));
        events.put("crashed, durable", down(AT, crash(), true));
        events.put("crashed, of a new build", onTrial(AT, crash()));
        events.put("completed, of a new build", onTrial(AT, exited(0)));
        events.put("agent gone, of a new build", onTrial(AT, agentGone()));
        events.put("agent gone", down(AT, agentGone(), false));
        events.put("agent gone, durable", down(AT, agentGone(), true));
        events.put("retry due", new RetryDue(NOW));
        events.put("retry not due yet", new RetryDue(RETRY_AT.minusMillis(1)));
        events.put("destroy requested", new DestroyRequested(NOW, GRACE));
        events.put("upgrade requested", new UpgradeRequested(NOW, GRACE, UpgradePolicy.NOW));
        events.put("upgrade by drain requested", new UpgradeRequested(NOW, GRACE, new UpgradePolicy.Drain(GRACE)));
        events.put(
                "upgrade when idle requested",
                new UpgradeRequested(NOW, GRACE, new UpgradePolicy.WhenIdle(GRACE, AtDeadline.NOW)));
        events.put(
                "upgrade at the next start requested", new UpgradeRequested(NOW, GRACE, new UpgradePolicy.NextStart()));
        events.put("nobody uses it", new Unused(NOW, AT, GRACE));
        events.put("upgrade due", new UpgradeDue(NOW, GRACE));
        events.put("upgrade not due yet", new UpgradeDue(NOW.minusMillis(1), GRACE));
        events.put("sleep requested", new SleepRequested(NOW, GRACE));
        events.put("is idle", new RestWanted(NOW, AT, Then.IDLE, GRACE));
        events.put("asks to sleep", new RestWanted(NOW, AT, Then.ASKED, GRACE));
        events.put("wake requested", new WakeRequested(NOW));
        events.put("drain requested", new DrainRequested(NOW, GRACE, false));
        events.put("drain requested, durable", new DrainRequested(NOW, GRACE, true));
        events.put("drain blocked", new DrainBlocked(NOW));
        events.put("drain lifted", new DrainLifted(NOW));
        events.put("up, of an older generation", up(OLDER));
        events.put("completed, of an older generation", down(OLDER, exited(0), true));
        events.put("crashed, of an older generation", down(OLDER, crash(), true));
        return events;
    }

    /** The names of the kinds that a sealed type has. */
    static List<String> kindsOf(Class<?> type) {
        return Arrays.stream(type.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toList();
    }

    /** The names of the kinds that are among these. */
    static Set<String> kindsAmong(Collection<?> samples) {
        return samples.stream().map(sample -> sample.getClass().getSimpleName()).collect(Collectors.toSet());
    }

    static Starting starting(int crashes) {
        return new Starting(THEN, AT, crashes);
    }

    static Running running(int crashes) {
        return new Running(THEN, AT, PORTS, crashes);
    }

    static Stopping stopping(Then then) {
        return new Stopping(THEN, AT, GRACE, then);
    }

    static Up up(Assignment from) {
        return new Up(NOW, from, PORTS);
    }

    /** With a chance that neither lengthens nor shortens a rest. */
    static Down down(Assignment from, Ending ending, boolean durable) {
        return new Down(NOW, from, ending, new Policy(durable, BACKOFF, 0.5));
    }

    /** Of a build that has never been ready, while another was before. */
    static Down onTrial(Assignment from, Ending ending) {
        return new Down(NOW, from, ending, new Policy(true, BACKOFF, 0.5, true));
    }

    static Ending exited(@Nullable Integer code) {
        return new Ending(DownReason.EXITED, code, null, "");
    }

    static Ending crash() {
        return exited(1);
    }

    static Ending agentGone() {
        return new Ending(DownReason.AGENT_RESTARTED, null, null, "");
    }
}
