package rivet.controlplane.kv;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import rivet.controlplane.alarm.Alarms;
import rivet.controlplane.database.Failovers;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/**
 * Writes that do not depend on what is stored, of actors whose heads are remembered from their last write: all of a group are
 * one statement and so one round trip, which checks each fence and takes each write only if its head is still as remembered.
 * What it does not take is for others to take, with locks. Thread-safe.
 */
final class BlindWrites {

    private static final int MOST_REMEMBERED = 10_000;

    private final JdbcTemplate jdbc;
    private final Failovers failovers;
    private final Alarms alarms;
    private final SequencedMap<UUID, Head> remembered = new LinkedHashMap<>();

    BlindWrites(JdbcTemplate jdbc, Failovers failovers, Alarms alarms) {
        this.jdbc = jdbc;
        this.failovers = failovers;
        this.alarms = alarms;
    }

    /** @param head as it is stored */
    synchronized void remember(Head head) {
        remembered.putLast(head.actor(), head.withoutAnswers());
        if (remembered.size() > MOST_REMEMBERED) {
            remembered.pollFirstEntry();
        }
    }

    /** @return the answers to those that are committed; an actor may be in the group once */
    Map<UUID, Bytes> commit(List<Batch> group) {
        var taken = new LinkedHashMap<UUID, Taken>();
        var changes = new Unread();
        for (var batch : group) {
            var head = recall(batch);
            if (head != null) {
                var was = head.stored();
                head.take(batch, changes, alarms);
                taken.put(head.actor(), new Taken(head, was));
            }
        }
        var answers = new HashMap<UUID, Bytes>();
        if (!taken.isEmpty()) {
            write(List.copyOf(taken.values()), changes.changes(), (actor, bytes) -> {
                var head = Objects.requireNonNull(taken.get(actor)).head();
                answers.put(actor, new Bytes(head.answers()));
                head.holds(bytes);
                remember(head);
            });
        }
        return answers;
    }

    /** @param was what was remembered of the head */
    private record Taken(Head head, Head.Stored was) {}

    private interface Committed {

        /** @param bytes how many the store holds now */
        void of(UUID actor, long bytes);
    }

    /** Forgotten until the write is committed: what failed says nothing about where the store is. */
    private synchronized @Nullable Head recall(Batch batch) {
        var head = remembered.get(batch.writer().actor());
        if (head == null || head.version() < failovers.given() || !head.isBefore(batch) || !isBlind(batch, head)) {
            return null;
        }
        return remembered.remove(head.actor());
    }

    private static boolean isBlind(Batch batch, Head head) {
        long most = head.bytes();
        for (var request : batch.requests()) {
            if (!(request instanceof KvRequest.Write(var checks, var mutations)) || !checks.isEmpty()) {
                return false;
            }
            for (var mutation : mutations) {
                switch (mutation) {
                    case Mutation.Put(var key, var value) -> most += (long) key.length() + value.length();
                    case Mutation.Delete _ -> {}
                    case Mutation.Add _, Mutation.DeleteRange _ -> {
                        return false;
                    }
                }
            }
        }
        return most <= KvLimits.ACTOR_BYTES;
    }

    /**
     * The entries are counted as they were when the statement began; that is how they are, because the head that has not
     * changed since is locked. SKIP LOCKED: who makes a new generation, or writes at the same time, is not waited for here.
     */
    private void write(List<Taken> taken, Collection<Unread.Change> changes, Committed committed) {
        jdbc.query(
                """
                with mine as materialized (
                    select w.* from unnest(cast(? as uuid[]), ?, ?, ?, ?, ?, ?)
                        as w (actor_id, generation, was_number, was_version, number, version, answers)
                    join actor_fence f using (actor_id)
                    join kv_head h using (actor_id)
                    where f.generation = w.generation and h.generation = w.generation
                      and h.number = w.was_number and h.version = w.was_version
                    order by actor_id
                    for share of f skip locked
                    for update of h skip locked),
                changed as materialized (
                    select c.*, octet_length(e.key) + octet_length(e.value) as was_size
                    from unnest(cast(? as uuid[]), ?, ?, ?) as c (actor_id, key, version, value)
                    join mine using (actor_id)
                    left join kv_entry e on e.actor_id = c.actor_id and e.key = c.key),
                put as (
                    insert into kv_entry (actor_id, key, version, value)
                    select actor_id, key, version, value from changed where value is not null
                    on conflict (actor_id, key) do update set version = excluded.version, value = excluded.value),
                deleted as (
                    delete from kv_entry e using changed c
                    where c.value is null and e.actor_id = c.actor_id and e.key = c.key)
                update kv_head h
                set number = mine.number, version = mine.version, answers = mine.answers,
                    bytes = h.bytes + coalesce(growth, 0)
                from mine left join (
                    select actor_id,
                           sum(coalesce(octet_length(key) + octet_length(value), 0) - coalesce(was_size, 0)) as growth
                    from changed group by actor_id) as grown using (actor_id)
                where h.actor_id = mine.actor_id
                returning h.actor_id, h.bytes
                """,
                row -> {
                    committed.of(Objects.requireNonNull(row.getObject("actor_id", UUID.class)), row.getLong("bytes"));
                },
                Changes.uuids(taken.stream().map(each -> each.head().actor())),
                taken.stream().map(each -> each.head().generation()).toArray(Long[]::new),
                taken.stream().map(each -> each.was().number()).toArray(Long[]::new),
                taken.stream().map(each -> each.was().version()).toArray(Long[]::new),
                taken.stream().map(each -> each.head().number()).toArray(Long[]::new),
                taken.stream().map(each -> each.head().version()).toArray(Long[]::new),
                taken.stream().map(each -> each.head().answers()).toArray(byte[][]::new),
                Changes.uuids(changes.stream().map(Unread.Change::actor)),
                changes.stream().map(change -> change.key().array()).toArray(byte[][]::new),
                changes.stream().map(Unread.Change::version).toArray(Long[]::new),
                changes.stream().map(BlindWrites::value).toArray(byte[][]::new));
    }

    private static byte @Nullable [] value(Unread.Change change) {
        return change.value() == null ? null : change.value().array();
    }
}
