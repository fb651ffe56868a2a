package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.IdleWait;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.protocol.AgentId;
import rivet.protocol.Wire;
import rivet.protocol.link.DownReason;

/**
 * State ⇄ jsonb. The shape is written out here and nowhere else: {@code status}, {@code agent} and {@code due_ms} are also
 * generated columns, and rows outlive classes. Times are whole milliseconds, so that a state read is the state written.
 */
final class ActorStateColumn {

    private ActorStateColumn() {}

    static String write(ActorState state) {
        var row = new Row(state.status(), state.since().toEpochMilli());
        return Wire.JSON.writeValueAsString(
                switch (state) {
                    case Pending(var _, var reason, var crashes, var placeBy) ->
                        row.reason(reason.toString()).crashes(crashes).due(placeBy);
                    case Starting(var _, var at, var crashes) -> row.at(at).crashes(crashes);
                    case Running(var _, var at, var ports, var crashes, var blocked, var upgrade) ->
                        row.at(at)
                                .ports(ports)
                                .crashes(crashes)
                                .reason(blocked ? ActorState.DRAIN_BLOCKED : null)
                                .upgrade(upgrade);
                    case CrashBackoff(var _, var retryAt, var last, var crashes) ->
                        row.due(retryAt).last(last).crashes(crashes);
                    case Stopping(var _, var at, var grace, var then, var drain) ->
                        row.at(at).grace(grace).reason(then.toString()).drain(drain);
                    case Sleeping(var _, var reason) -> row.reason(reason);
                    case Destroyed(var _, var reason, var last) ->
                        row.reason(reason).last(last);
                });
    }

    static ActorState read(String json) {
        var row = Wire.JSON.readValue(json, Row.class);
        var since = Instant.ofEpochMilli(row.sinceMs());
        return switch (row.status()) {
            case "pending" ->
                new Pending(since, ActorState.Waiting.valueOf(name(row.reason())), crashes(row), instant(row.dueMs()));
            case "starting" -> new Starting(since, at(row), crashes(row));
            case "running" ->
                new Running(
                        since,
                        at(row),
                        need(row.ports()),
                        crashes(row),
                        ActorState.DRAIN_BLOCKED.equals(row.reason()),
                        upgrade(row));
            case "crash_backoff" ->
                new CrashBackoff(since, Instant.ofEpochMilli(need(row.dueMs())), need(row.last()), crashes(row));
            case "stopping" ->
                new Stopping(
                        since,
                        at(row),
                        Duration.ofMillis(need(row.graceMs())),
                        ActorState.Then.valueOf(name(row.reason())),
                        row.drainMs() == null ? null : Duration.ofMillis(row.drainMs()));
            case "sleeping" -> new Sleeping(since, need(row.reason()));
            case "destroyed" -> new Destroyed(since, need(row.reason()), row.last());
            default -> throw new IllegalStateException("state: %s (expected: one this version writes)".formatted(json));
        };
    }

    /**
     * {@link ActorState#why()} of all states that have these parts, for who counts more of them than he reads.
     *
     * @param ended the reason of {@code last}
     * @param waits whether there is {@code upgrade}
     */
    static @Nullable String why(String status, @Nullable String reason, @Nullable String ended, boolean waits) {
        return switch (status) {
            case "stopping" -> ActorState.Then.valueOf(name(reason)).why();
            case "crash_backoff" -> new Ending(DownReason.valueOf(name(ended)), null, null, "").code();
            default -> reason == null && waits ? ActorState.WAITS_UNTIL_IDLE : reason;
        };
    }

    private static @Nullable IdleWait upgrade(Row row) {
        return row.upgrade() == null
                ? null
                : new IdleWait(
                        Instant.ofEpochMilli(row.upgrade().sinceMs()),
                        Instant.ofEpochMilli(need(row.dueMs())),
                        UpgradePolicy.AtDeadline.valueOf(name(row.upgrade().then())));
    }

    private static Assignment at(Row row) {
        return new Assignment(AgentId.parse(need(row.agent())), need(row.generation()));
    }

    private static @Nullable Instant instant(@Nullable Long ms) {
        return ms == null ? null : Instant.ofEpochMilli(ms);
    }

    private static int crashes(Row row) {
        return need(row.crashes());
    }

    private static String name(@Nullable String code) {
        return need(code).toUpperCase(Locale.ROOT);
    }

    private static <T> T need(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("state: a field is missing");
        }
        return value;
    }

    /** All fields of all states; each state writes its own. */
    private record Row(
            String status,
            long sinceMs,
            @Nullable String agent,
            @Nullable Long generation,
            @Nullable Map<String, Integer> ports,
            @Nullable String reason,
            @Nullable Ending last,
            @Nullable Long graceMs,
            @Nullable Long dueMs,
            @Nullable Integer crashes,
            @Nullable Long drainMs,
            @Nullable Waiting upgrade) {

        /** Until when is {@code due_ms}. */
        record Waiting(long sinceMs, String then) {}

        Row(String status, long sinceMs) {
            this(status, sinceMs, null, null, null, null, null, null, null, null, null, null);
        }

        Row at(Assignment at) {
            return new Row(
                    status,
                    sinceMs,
                    at.agent().toString(),
                    at.generation(),
                    ports,
                    reason,
                    last,
                    graceMs,
                    dueMs,
                    crashes,
                    drainMs,
                    upgrade);
        }

        Row ports(Map<String, Integer> all) {
            return new Row(
                    status,
                    sinceMs,
                    agent,
                    generation,
                    new TreeMap<>(all),
                    reason,
                    last,
                    graceMs,
                    dueMs,
                    crashes,
                    drainMs,
                    upgrade);
        }

        Row reason(@Nullable String code) {
            return new Row(
                    status, sinceMs, agent, generation, ports, code, last, graceMs, dueMs, crashes, drainMs, upgrade);
        }

        Row last(@Nullable Ending ending) {
            return new Row(
                    status,
                    sinceMs,
                    agent,
                    generation,
                    ports,
                    reason,
                    ending,
                    graceMs,
                    dueMs,
                    crashes,
                    drainMs,
                    upgrade);
        }

        Row grace(Duration grace) {
            return new Row(
                    status,
                    sinceMs,
                    agent,
                    generation,
                    ports,
                    reason,
                    last,
                    grace.toMillis(),
                    dueMs,
                    crashes,
                    drainMs,
                    upgrade);
        }

        Row due(@Nullable Instant at) {
            return at == null
                    ? this
                    : new Row(
                            status,
                            sinceMs,
                            agent,
                            generation,
                            ports,
                            reason,
                            last,
                            graceMs,
                            at.toEpochMilli(),
                            crashes,
                            drainMs,
                            upgrade);
        }

        Row crashes(int count) {
            return new Row(
                    status, sinceMs, agent, generation, ports, reason, last, graceMs, dueMs, count, drainMs, upgrade);
        }

        Row drain(@Nullable Duration atMost) {
            var ms = atMost == null ? null : Long.valueOf(atMost.toMillis());
            return new Row(
                    status, sinceMs, agent, generation, ports, reason, last, graceMs, dueMs, crashes, ms, upgrade);
        }

        Row upgrade(@Nullable IdleWait wait) {
            return wait == null
                    ? this
                    : new Row(
                            status,
                            sinceMs,
                            agent,
                            generation,
                            ports,
                            reason,
                            last,
                            graceMs,
                            wait.until().toEpochMilli(),
                            crashes,
                            drainMs,
                            new Waiting(wait.since().toEpochMilli(), wait.then().toString()));
        }
    }
}
