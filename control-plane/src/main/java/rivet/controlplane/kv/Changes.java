package rivet.controlplane.kv;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/**
 * The entries that a group of writes touches, read at once and written at once: a write sees what those before it in the
 * group did. Only while the heads of all its actors are locked. Not thread-safe.
 */
final class Changes implements Entries {

    private final JdbcTemplate jdbc;
    private final Map<Place, Known> known = new HashMap<>();

    /** Empty: to be deleted. */
    private final Map<Place, Optional<Bytes>> changed = new LinkedHashMap<>();

    Changes(JdbcTemplate jdbc, List<Batch> batches) {
        this.jdbc = jdbc;
        read(touched(batches));
    }

    private record Place(UUID actor, Bytes key) {}

    /** @param size of the value; @param counter null: it is none */
    private record Known(long version, int size, @Nullable Long counter) {

        static final Known ABSENT = new Known(0, 0, 0L);
    }

    @Override
    public long version(UUID actor, Bytes key) {
        return at(new Place(actor, key)).version();
    }

    @Override
    public boolean isCounter(UUID actor, Bytes key) {
        return at(new Place(actor, key)).counter() != null;
    }

    @Override
    public long counter(UUID actor, Bytes key) {
        var counter = at(new Place(actor, key)).counter();
        return counter == null ? 0 : counter;
    }

    static Bytes counter(long sum) {
        return new Bytes(ByteBuffer.allocate(KvLimits.COUNTER_BYTES)
                .put(KvLimits.COUNTER)
                .putLong(sum)
                .array());
    }

    @Override
    public long growth(UUID actor, Bytes key, Bytes value) {
        var before = at(new Place(actor, key));
        return (long) value.length() - before.size() + (before.version() == 0 ? key.length() : 0);
    }

    @Override
    public long put(UUID actor, Bytes key, long version, Bytes value) {
        long growth = growth(actor, key, value);
        var place = new Place(actor, key);
        known.put(place, new Known(version, value.length(), asCounter(value.array())));
        changed.put(place, Optional.of(value));
        return growth;
    }

    @Override
    public long delete(UUID actor, Bytes key) {
        var place = new Place(actor, key);
        var before = at(place);
        if (before.version() == 0) {
            return 0;
        }
        known.put(place, Known.ABSENT);
        changed.put(place, Optional.empty());
        return -((long) before.size() + key.length());
    }

    @Override
    public long deleteRange(UUID actor, Bytes start, Bytes end) {
        write(List.of());
        boolean open = end.length() == 0;
        long gone =
                Objects.requireNonNull(jdbc.queryForObject("""
                with gone as (
                    delete from kv_entry where actor_id = ? and key >= ? and (? or key < ?)
                    returning octet_length(key) + octet_length(value) as size)
                select coalesce(sum(size), 0) from gone
                """, Long.class, actor, start.array(), open, end.array()));
        known.replaceAll((place, entry) -> place.actor().equals(actor)
                        && place.key().compareTo(start) >= 0
                        && (open || place.key().compareTo(end) < 0)
                ? Known.ABSENT
                : entry);
        return gone;
    }

    /** Writes what is changed, and where each store is now: in one message, because each waits for an answer. */
    void write(Collection<Head> heads) {
        var puts = flushDeletes();
        if (puts.isEmpty() && heads.isEmpty()) {
            return;
        }
        jdbc.update(
                """
                with put as (
                    insert into kv_entry (actor_id, key, version, value)
                    select * from unnest(cast(? as uuid[]), ?, ?, ?)
                    on conflict (actor_id, key) do update set version = excluded.version, value = excluded.value)
                update kv_head h
                set generation = w.generation, number = w.number, answers = w.answers, version = w.version, bytes = w.bytes
                from unnest(cast(? as uuid[]), ?, ?, ?, ?, ?)
                    as w (actor_id, generation, number, answers, version, bytes)
                where h.actor_id = w.actor_id
                """,
                uuids(puts.stream().map(put -> put.place().actor())),
                puts.stream().map(put -> put.place().key().array()).toArray(byte[][]::new),
                puts.stream().map(put -> at(put.place()).version()).toArray(Long[]::new),
                puts.stream().map(put -> put.value().array()).toArray(byte[][]::new),
                uuids(heads.stream().map(Head::actor)),
                heads.stream().map(Head::generation).toArray(Long[]::new),
                heads.stream().map(Head::number).toArray(Long[]::new),
                heads.stream().map(Head::answers).toArray(byte[][]::new),
                heads.stream().map(Head::version).toArray(Long[]::new),
                heads.stream().map(Head::bytes).toArray(Long[]::new));
    }

    /** What is to be deleted is, and forgotten here. @return what is to be put */
    private List<Put> flushDeletes() {
        var puts = new ArrayList<Put>();
        var deletes = new ArrayList<Object[]>();
        changed.forEach((place, value) -> value.ifPresentOrElse(
                bytes -> puts.add(new Put(place, bytes)),
                () -> deletes.add(new Object[] {place.actor(), place.key().array()})));
        changed.clear();
        if (!deletes.isEmpty()) {
            jdbc.batchUpdate("delete from kv_entry where actor_id = ? and key = ?", deletes);
        }
        return puts;
    }

    private record Put(Place place, Bytes value) {}

    static String uuids(Stream<UUID> actors) {
        return actors.map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private Known at(Place place) {
        return known.getOrDefault(place, Known.ABSENT);
    }

    /** Values are read only where they may be counters. */
    private void read(Set<Place> places) {
        if (places.isEmpty()) {
            return;
        }
        jdbc.query(
                """
                select e.actor_id, e.key, e.version, octet_length(e.value) as size,
                       case when octet_length(e.value) = 9 then e.value end as counter
                from unnest(cast(? as uuid[]), ?) as w (actor_id, key) join kv_entry e using (actor_id, key)
                """,
                row -> {
                    var place = new Place(
                            Objects.requireNonNull(row.getObject("actor_id", UUID.class)),
                            new Bytes(Objects.requireNonNull(row.getBytes("key"))));
                    known.put(
                            place,
                            new Known(row.getLong("version"), row.getInt("size"), asCounter(row.getBytes("counter"))));
                },
                uuids(places.stream().map(Place::actor)),
                places.stream().map(place -> place.key().array()).toArray(byte[][]::new));
    }

    private static @Nullable Long asCounter(byte @Nullable [] value) {
        return value != null && value.length == KvLimits.COUNTER_BYTES && value[0] == KvLimits.COUNTER
                ? ByteBuffer.wrap(value).getLong(1)
                : null;
    }

    private static Set<Place> touched(List<Batch> batches) {
        var places = new LinkedHashSet<Place>();
        for (var batch : batches) {
            batch.requests().stream()
                    .filter(request -> KvLimits.refusal(request).isEmpty())
                    .flatMap(Changes::keys)
                    .forEach(key -> places.add(new Place(batch.writer().actor(), key)));
        }
        return places;
    }

    private static Stream<Bytes> keys(KvRequest request) {
        return request instanceof KvRequest.Write(var checks, var mutations)
                ? Stream.concat(
                        checks.stream().map(KvRequest.Check::key),
                        mutations.stream().flatMap(Changes::key))
                : Stream.empty();
    }

    private static Stream<Bytes> key(Mutation mutation) {
        return switch (mutation) {
            case Mutation.Put(var key, var _) -> Stream.of(key);
            case Mutation.Delete(var key) -> Stream.of(key);
            case Mutation.Add(var key, var _) -> Stream.of(key);
            case Mutation.DeleteRange _ -> Stream.empty();
        };
    }
}
