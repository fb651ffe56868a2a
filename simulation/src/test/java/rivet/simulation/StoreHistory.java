package rivet.simulation;

import static rivet.simulation.Oracle.require;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/**
 * What each store held from when on, as it is committed, and whether that explains what was answered: each read saw what was
 * stored at one instant between its call and its answer, and each write that was answered was done at one, once. That is
 * linearizability with the instants known, and needs no search.
 */
final class StoreHistory {

    private static final Held NOTHING = new Held(0, Bytes.EMPTY);

    private final World world;
    private final Map<UUID, List<State>> stores = new HashMap<>();
    private final Map<Bytes, Asked> puts = new HashMap<>();
    private final Set<Bytes> done = new HashSet<>();
    private final Map<UUID, Integer> additions = new HashMap<>();
    private final Set<String> versionsTold = new HashSet<>();
    private final Map<String, Long> lastWrites = new HashMap<>();
    private int reads;
    private int known;
    private int writes;

    StoreHistory(World world) {
        this.world = world;
    }

    /** What a generation asked, and when. */
    record Asked(ActorId actor, long generation, KvRequest request, long since) {

        @Override
        public String toString() {
            return "%s/%d asked at %.4f: %s"
                    .formatted(actor.toString().substring(0, 4), generation, since / 1e9, request);
        }
    }

    /** @param version 0: there is no such entry */
    private record Held(long version, Bytes bytes) {}

    /** @param from when it was committed @param generation whose write it was, and the number of its batch */
    private record State(long from, long generation, long number, long version, Map<Bytes, Held> entries) {

        static final State EMPTY = new State(0, 0, 0, 0, Map.of());

        Held at(Bytes key) {
            return entries.getOrDefault(key, NOTHING);
        }

        boolean isAsAfter(State other) {
            return generation == other.generation
                    && number == other.number
                    && version == other.version
                    && entries.equals(other.entries);
        }
    }

    Asked asked(ActorId actor, long generation, KvRequest request) {
        var asked = new Asked(actor, generation, request, world.simulator().now());
        if (request instanceof KvRequest.Write(var _, var mutations)) {
            for (var mutation : mutations) {
                if (mutation instanceof Mutation.Put(var _, var value)) {
                    puts.put(value, asked);
                } else if (mutation instanceof Mutation.Add) {
                    additions.merge(actor.value(), 1, Integer::sum);
                }
            }
        }
        return asked;
    }

    // What is committed.

    void committed() {
        try (var statement = world.database().own().createStatement();
                var rows = statement.executeQuery("""
                        select h.actor_id, h.generation, h.number, h.version, coalesce(f.generation, -1) as fence,
                            e.key, e.version as entry_version, e.value
                        from kv_head h left join actor_fence f using (actor_id) left join kv_entry e using (actor_id)
                        order by h.actor_id, e.key
                        """)) {
            var all = new HashMap<UUID, State>();
            var fences = new HashMap<UUID, Long>();
            while (rows.next()) {
                var actor = Objects.requireNonNull(rows.getObject("actor_id", UUID.class));
                fences.put(actor, rows.getLong("fence"));
                add(rows, all.computeIfAbsent(actor, _ -> state(rows)));
            }
            all.forEach((actor, state) -> moved(actor, state, Objects.requireNonNull(fences.get(actor))));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private State state(ResultSet row) {
        try {
            return new State(
                    world.simulator().now(),
                    row.getLong("generation"),
                    row.getLong("number"),
                    row.getLong("version"),
                    new HashMap<>());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(ResultSet row, State state) throws SQLException {
        var key = row.getBytes("key");
        if (key != null) {
            state.entries()
                    .put(
                            new Bytes(key),
                            new Held(
                                    row.getLong("entry_version"),
                                    new Bytes(Objects.requireNonNull(row.getBytes("value")))));
        }
    }

    private void moved(UUID actor, State now, long fence) {
        var states = stores.computeIfAbsent(actor, _ -> new ArrayList<>(List.of(State.EMPTY)));
        var before = states.getLast();
        if (now.isAsAfter(before)) {
            return;
        }
        require(
                now.generation() == fence,
                "generation %d wrote to the store of %s, whose newest is %d",
                now.generation(),
                actor,
                fence);
        require(now.version() >= before.version(), "the store of %s went back: %s after %s", actor, now, before);
        now.entries().forEach((key, held) -> {
            if (!held.equals(before.at(key))) {
                changed(actor, now, before, key);
            }
        });
        states.add(now);
    }

    private void changed(UUID actor, State now, State before, Bytes key) {
        var held = now.at(key);
        require(
                held.version() > before.version() && held.version() <= now.version(),
                "an entry of %s has a version that was not given for it: %s",
                actor,
                held);
        if (key.equals(StoreUse.COUNTER)) {
            long sum = sum(held);
            require(sum == sum(before.at(key)) + 1, "a counter of %s went from %s to %s", actor, before.at(key), held);
            require(sum <= additions.getOrDefault(actor, 0), "a counter of %s was added to too often: %d", actor, sum);
        } else {
            var by = puts.get(held.bytes());
            require(
                    by != null
                            && by.generation() == now.generation()
                            && by.actor().value().equals(actor),
                    "nobody put this: %s of %s",
                    held,
                    actor);
            require(done.add(held.bytes()), "it was done twice: %s", String.valueOf(by));
        }
    }

    private static long sum(Held counter) {
        return counter.version() == 0
                ? 0
                : ByteBuffer.wrap(counter.bytes().array()).getLong(1);
    }

    // What is answered.

    void answered(Asked asked, KvAnswer answer, long at) {
        switch (answer) {
            case KvAnswer.Found(var values) -> found(asked, values, at);
            case KvAnswer.Written written -> written(asked, written, at);
            case KvAnswer.Refused(var code, var message) -> refused(asked, code, message, at);
            case KvAnswer.Listed _, KvAnswer.Alarms _, KvAnswer.Fired _, KvAnswer.NotDue _ -> {}
        }
    }

    private void found(Asked asked, List<KvAnswer.Value> values, long at) {
        reads++;
        known += asked.since() == at ? 1 : 0;
        var keys = ((KvRequest.Get) asked.request()).keys();
        require(
                wasSo(asked, at, state -> {
                    for (int i = 0; i < keys.size(); i++) {
                        var held = state.at(keys.get(i));
                        if (held.version() != values.get(i).version()
                                || !held.bytes().equals(values.get(i).bytes())) {
                            return false;
                        }
                    }
                    return true;
                }),
                "a read found what was not stored then: %s, answered at %.4f with %s; stored is %s",
                asked,
                at / 1e9,
                values,
                states(asked).getLast());
    }

    private void written(Asked asked, KvAnswer.Written written, long at) {
        writes++;
        long version = written.version();
        require(
                versionsTold.add(asked.actor() + "/" + version),
                "two writes were told the same version %d: %s",
                version,
                asked);
        var write = (KvRequest.Write) asked.request();
        var states = states(asked);
        int place = 0;
        while (place < states.size() && states.get(place).version() < version) {
            place++;
        }
        require(
                place > 0
                        && place < states.size()
                        && states.get(place).from() >= asked.since()
                        && states.get(place).from() <= at
                        && isDone(write, written, states.get(place))
                        && hold(write, states.get(place - 1)),
                "a write that was answered was not done: %s, answered with version %d; stored is %s",
                asked,
                version,
                states.getLast());
        lastWrites.put(asked.actor() + "/" + asked.generation(), at);
    }

    private static boolean isDone(KvRequest.Write write, KvAnswer.Written written, State in) {
        var sums = written.sums().iterator();
        return write.mutations().stream().allMatch(mutation -> switch (mutation) {
            case Mutation.Put(var key, var value) -> in.at(key).equals(new Held(written.version(), value));
            case Mutation.Add(var key, var _) ->
                in.at(key).version() == written.version() && sum(in.at(key)) == sums.next();
            case Mutation.Delete(var key) -> in.at(key).equals(NOTHING);
            case Mutation.DeleteRange(var start, var end) ->
                in.entries().keySet().stream().noneMatch(key -> key.compareTo(start) >= 0 && key.compareTo(end) < 0);
        });
    }

    private static boolean hold(KvRequest.Write write, State before) {
        return write.checks().stream().allMatch(check -> before.at(check.key()).version() == check.version());
    }

    private void refused(Asked asked, Code code, String message, long at) {
        switch (code) {
            case UNAVAILABLE -> {}
            case STALE_GENERATION ->
                require(
                        world.oracle().isOver(asked.actor(), asked.generation()),
                        "the newest generation was called stale: %s",
                        asked);
            case CONFLICT ->
                require(
                        asked.request() instanceof KvRequest.Write write
                                && wasSo(asked, at, state -> !hold(write, state)),
                        "a write was refused that was not in conflict: %s",
                        asked);
            case INVALID, TOO_LARGE, STATE_LOST ->
                require(false, "it was refused without a reason: %s: %s %s", asked, code, message);
        }
    }

    /** At some instant from when it was asked to when it was answered. */
    private boolean wasSo(Asked asked, long at, Predicate<State> what) {
        var states = states(asked);
        for (int i = states.size() - 1; i >= 0; i--) {
            var until = i + 1 < states.size() ? states.get(i + 1).from() : Long.MAX_VALUE;
            if (until < asked.since()) {
                return false;
            }
            if (states.get(i).from() <= at && what.test(states.get(i))) {
                return true;
            }
        }
        return false;
    }

    private List<State> states(Asked asked) {
        return stores.getOrDefault(asked.actor().value(), List.of(State.EMPTY));
    }

    /** When a write of it was answered last; null: none was. */
    @Nullable
    Long lastWrite(ActorId actor, long generation) {
        return lastWrites.get(actor + "/" + generation);
    }

    /** How many calls were answered. @param known reads that asked nobody */
    record Calls(int reads, int known, int writes) {}

    Calls calls() {
        return new Calls(reads, known, writes);
    }
}
