package rivet.simulation;

import static rivet.simulation.Oracle.require;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.kv.AlarmSchedule;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.AlarmWrite;
import rivet.simulation.StoreHistory.Asked;

/**
 * Which alarms were set from when on, as they are committed. A firing keeps its id until the actor says that it is handled, or
 * has another schedule in its place, or wants it no more, or is destroyed: for nothing else is it gone.
 */
final class AlarmHistory {

    /** So late may one be while all is well: its handler may be at another, or it comes again after it had failed. */
    private static final long LATE_MS = Duration.ofSeconds(8).toMillis();

    private final World world;
    private final Map<UUID, List<State>> alarms = new HashMap<>();

    /** Those that may still be done, or are done and not answered. */
    private final Map<UUID, List<Asked>> open = new HashMap<>();

    private int handled;

    AlarmHistory(World world) {
        this.world = world;
    }

    /** @param periodMs null: it fires once @param atMs for when it is */
    private record Alarm(UUID firing, @Nullable Long periodMs, long atMs) {

        boolean is(AlarmSchedule schedule) {
            return schedule.equals(periodMs == null ? new AlarmSchedule.Once(atMs) : new AlarmSchedule.Every(periodMs));
        }
    }

    private record State(long from, Map<String, Alarm> byName) {

        static final State EMPTY = new State(0, Map.of());

        boolean holds(AlarmWrite.Set set) {
            var alarm = byName.get(set.name());
            return alarm != null && alarm.is(set.schedule());
        }

        boolean fires(String name, UUID id) {
            var alarm = byName.get(name);
            return alarm != null && alarm.firing().equals(id);
        }
    }

    Asked asked(ActorId actor, long generation, KvRequest request) {
        var asked = new Asked(actor, generation, request, world.simulator().now());
        if (request instanceof AlarmWrite) {
            open.computeIfAbsent(actor.value(), _ -> new ArrayList<>()).add(asked);
        }
        return asked;
    }

    // What is committed.

    void committed() {
        var now = new HashMap<UUID, State>();
        try (var statement = world.database().own().createStatement();
                var rows = statement.executeQuery("""
                        select actor_id, name, firing, period_ms, (extract(epoch from scheduled_at) * 1000)::bigint as at
                        from actor_alarm
                        """)) {
            while (rows.next()) {
                now.computeIfAbsent(
                                Objects.requireNonNull(rows.getObject("actor_id", UUID.class)),
                                _ -> new State(world.simulator().now(), new HashMap<>()))
                        .byName()
                        .put(
                                rows.getString("name"),
                                new Alarm(
                                        Objects.requireNonNull(rows.getObject("firing", UUID.class)),
                                        rows.getObject("period_ms", Long.class),
                                        rows.getLong("at")));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        alarms.keySet()
                .forEach(actor -> now.computeIfAbsent(
                        actor, _ -> new State(world.simulator().now(), Map.of())));
        now.forEach(this::moved);
    }

    private void moved(UUID actor, State now) {
        var states = alarms.computeIfAbsent(actor, _ -> new ArrayList<>(List.of(State.EMPTY)));
        var before = states.getLast();
        if (now.byName().equals(before.byName())) {
            return;
        }
        states.add(now);
        if (world.oracle().isDestroyed(new ActorId(actor))) {
            return;
        }
        before.byName().forEach((name, alarm) -> {
            var after = now.byName().get(name);
            require(
                    alarm.equals(after) || isExplained(actor, name, alarm, after),
                    "an alarm of %s was lost or changed by nobody: %s is %s after %s",
                    actor,
                    name,
                    String.valueOf(after),
                    alarm);
        });
        now.byName()
                .forEach((name, alarm) -> require(
                        before.byName().containsKey(name) || isExplained(actor, name, null, alarm),
                        "an alarm of %s was set by nobody: %s: %s",
                        actor,
                        name,
                        alarm));
    }

    private boolean isExplained(UUID actor, String name, @Nullable Alarm before, @Nullable Alarm after) {
        return open.getOrDefault(actor, List.of()).stream()
                .filter(asked -> ((AlarmWrite) asked.request()).name().equals(name))
                .anyMatch(asked -> switch ((AlarmWrite) asked.request()) {
                    case AlarmWrite.Done(var _, var id) ->
                        before != null
                                && before.firing().equals(id)
                                && (after == null || !after.firing().equals(id));
                    case AlarmWrite.Delete _ -> after == null;
                    case AlarmWrite.Set set ->
                        after != null && after.is(set.schedule()) && (before == null || !before.is(set.schedule()));
                    case AlarmWrite.Failed _ -> false;
                });
    }

    // What is answered.

    void answered(Asked asked, KvAnswer answer, long at) {
        if (!(answer instanceof KvAnswer.Refused(var code, var _)) || code != Code.UNAVAILABLE) {
            open.getOrDefault(asked.actor().value(), new ArrayList<>()).remove(asked);
        }
        switch (answer) {
            case KvAnswer.Written(var _, var sums) -> written(asked, sums.getFirst(), at);
            case KvAnswer.Fired fired ->
                require(
                        fired.lateMs() >= 0 && wasSo(asked, at, state -> state.fires(fired.name(), fired.id())),
                        "an alarm fired that was not due: %s, answered with %s",
                        asked,
                        fired);
            case KvAnswer.Refused(var code, var message) ->
                require(
                        code == Code.UNAVAILABLE
                                || (code == Code.STALE_GENERATION
                                        && world.oracle().isOver(asked.actor(), asked.generation())),
                        "it was refused without a reason: %s: %s %s",
                        asked,
                        code,
                        message);
            case KvAnswer.NotDue _, KvAnswer.Alarms _, KvAnswer.Found _, KvAnswer.Listed _ -> {}
        }
    }

    private void written(Asked asked, long said, long at) {
        require(
                switch ((AlarmWrite) asked.request()) {
                    case AlarmWrite.Set set -> wasSo(asked, at, state -> state.holds(set));
                    case AlarmWrite.Delete(var name) ->
                        wasSo(asked, at, state -> !state.byName().containsKey(name));
                    case AlarmWrite.Done(var name, var id) -> {
                        handled += said == 1 ? 1 : 0;
                        yield wasSo(asked, at, state -> !state.fires(name, id));
                    }
                    case AlarmWrite.Failed _ -> true;
                },
                "what was answered was not done: %s",
                asked);
    }

    /** At some instant from when it was asked to when it was answered. */
    private boolean wasSo(Asked asked, long at, Predicate<State> what) {
        var states = alarms.getOrDefault(asked.actor().value(), List.of(State.EMPTY));
        for (int i = states.size() - 1; i >= 0; i--) {
            long until = i + 1 < states.size() ? states.get(i + 1).from() : Long.MAX_VALUE;
            if (until < asked.since()) {
                return false;
            }
            if (states.get(i).from() <= at && what.test(states.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether one waits to be handled for longer than it should. */
    boolean isOverdue(ActorId actor) {
        long now = SimulatedDatabase.epochMs(world.databaseNanos());
        var states = alarms.getOrDefault(actor.value(), List.of(State.EMPTY));
        return states.getLast().byName().values().stream().anyMatch(alarm -> alarm.atMs() < now - LATE_MS);
    }

    int handled() {
        return handled;
    }
}
