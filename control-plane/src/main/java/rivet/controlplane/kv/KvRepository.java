package rivet.controlplane.kv;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;
import rivet.controlplane.alarm.Alarms;
import rivet.controlplane.database.Failovers;
import rivet.controlplane.database.Stores;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;

/** The tables, over a pool of their own. */
@Repository
class KvRepository {

    /** More than an agent has under way. */
    private static final long NUMBERS_SKIPPED = 1L << 32;

    private final Failovers failovers;
    private final Alarms alarms;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final BlindWrites blind;

    KvRepository(@Stores DataSource pool, Failovers failovers, Alarms alarms) {
        this.failovers = failovers;
        this.alarms = alarms;
        this.jdbc = new JdbcTemplate(pool);
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(pool));
        this.blind = new BlindWrites(jdbc, failovers, alarms);
    }

    /** Why what was read is not to be told. @param confirmed the number of a batch that was answered to the writer; 0: none */
    Optional<KvAnswer.Refused> refusal(KvStore.Writer writer, long confirmed) {
        var isThere =
                jdbc.query("""
                select coalesce(h.number, 0) >= ? as there from actor_fence f
                left join kv_head h on h.actor_id = f.actor_id and h.generation = f.generation
                where f.actor_id = ? and f.generation = ?
                """, (row, _) -> row.getBoolean("there"), confirmed, writer.actor(), writer.generation());
        if (isThere.isEmpty()) {
            return Optional.of(KvStore.STALE);
        }
        return isThere.getFirst() ? Optional.empty() : Optional.of(KvStore.LOST);
    }

    KvAnswer.Found get(UUID actor, List<Bytes> keys) {
        var found = new HashMap<Bytes, KvAnswer.Value>();
        jdbc.query(
                "select key, version, value from kv_entry where actor_id = ? and key = any (?)",
                row -> {
                    found.put(bytes(row, "key"), new KvAnswer.Value(row.getLong("version"), bytes(row, "value")));
                },
                actor,
                arrays(keys));
        var none = new KvAnswer.Value(0, Bytes.EMPTY);
        return new KvAnswer.Found(
                keys.stream().map(key -> found.getOrDefault(key, none)).toList());
    }

    /** Sizes first: at most one answer's worth of values is read. */
    KvAnswer.Listed list(UUID actor, KvRequest.Range range) {
        var order = range.reverse() ? "desc" : "asc";
        var rows = jdbc.query(
                """
                select key, version, value, found from (
                    select key, version, value, row_number() over (order by key %1$s) as place,
                           sum(octet_length(key) + octet_length(value)) over (order by key %1$s) as total,
                           count(*) over () as found
                    from (select * from kv_entry
                          where actor_id = ? and key >= ? and (? or key < ?)
                          order by key %1$s limit ?) as bounded) as measured
                where place <= ? and (total <= ? or place = 1)
                order by key %1$s
                """.formatted(order),
                (row, _) -> new Row(
                        new KvAnswer.Entry(bytes(row, "key"), row.getLong("version"), bytes(row, "value")),
                        row.getLong("found")),
                actor,
                range.start().array(),
                range.end().length() == 0,
                range.end().array(),
                range.limit() + 1, // whether there is one more
                range.limit(),
                KvLimits.LIST_BYTES);
        boolean more = !rows.isEmpty() && rows.getFirst().found() > rows.size();
        return new KvAnswer.Listed(rows.stream().map(Row::entry).toList(), more);
    }

    /** @param found how many the range holds, one more than the limit at most */
    private record Row(KvAnswer.Entry entry, long found) {}

    /** Each write is committed for itself or with others; an actor that is not in the answer is to be asked for again. */
    Map<UUID, Bytes> commit(List<Batch> group) {
        var answers = blind.commit(group);
        var others = group.stream()
                .filter(batch -> !answers.containsKey(batch.writer().actor()))
                .toList();
        if (!others.isEmpty()) {
            answers.putAll(commitLocked(others));
        }
        return answers;
    }

    /**
     * In one transaction. An actor that is not in the answer has its fence locked by someone who starts a new generation: it is
     * asked for again, and not waited for by the others.
     * Fences are locked until the commit, so that a new generation begins before this or after it, and never between.
     */
    private Map<UUID, Bytes> commitLocked(List<Batch> group) {
        var heads = new HashMap<UUID, Head>();
        var answers = Objects.requireNonNull(transactions.execute(_ -> {
            heads.clear();
            heads.putAll(lockAll(group));
            return answers(group, heads);
        }));
        heads.values().forEach(blind::remember);
        return answers;
    }

    private Map<UUID, Bytes> answers(List<Batch> group, Map<UUID, Head> heads) {
        var answers = new HashMap<UUID, Bytes>();
        var mine = group.stream()
                .filter(batch -> heads.containsKey(batch.writer().actor()))
                .toList();
        var changes = new Changes(jdbc, mine);
        for (var batch : mine) {
            var head = Objects.requireNonNull(heads.get(batch.writer().actor()));
            answers.put(head.actor(), new Bytes(head.take(batch, changes, alarms)));
        }
        changes.write(heads.values());
        group.stream()
                .filter(batch -> !heads.containsKey(batch.writer().actor()))
                .filter(this::isStale)
                .forEach(
                        batch -> answers.put(batch.writer().actor(), new Bytes(KvStore.refused(batch, KvStore.STALE))));
        return answers;
    }

    /** Empty: the writer is not the newest. */
    OptionalLong resume(KvStore.Writer writer) {
        return jdbc
                .query("""
                        insert into kv_head as h (actor_id, generation, number)
                        select actor_id, generation, cast(? as bigint) from actor_fence
                        where actor_id = ? and generation = ? for share
                        on conflict (actor_id) do update set
                            number = case when h.generation = excluded.generation then h.number else 0 end + excluded.number,
                            generation = excluded.generation
                        returning number
                        """, (row, _) -> row.getLong(1), NUMBERS_SKIPPED, writer.actor(), writer.generation())
                .stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    boolean prune(int most) {
        int entries = jdbc.update("""
                delete from kv_entry where (actor_id, key) in (
                    select e.actor_id, e.key
                    from kv_head h
                    cross join lateral (select * from kv_entry where actor_id = h.actor_id limit ?) as e
                    where not exists (select from actor_fence f where f.actor_id = h.actor_id)
                    limit ?)
                """, most, most);
        if (entries < most) {
            jdbc.update("""
                    delete from kv_head h
                    where not exists (select from actor_fence f where f.actor_id = h.actor_id)
                      and not exists (select from kv_entry e where e.actor_id = h.actor_id)
                    """);
        }
        return entries == most;
    }

    /** Those of writers that are the newest; heads are made where an actor writes for the first time. */
    private Map<UUID, Head> lockAll(List<Batch> group) {
        var heads = lock(group);
        var others = group.stream()
                .filter(batch -> !heads.containsKey(batch.writer().actor()))
                .toList();
        if (!others.isEmpty() && makeHeads(others) > 0) {
            heads.putAll(lock(others));
        }
        return heads;
    }

    /** FOR SHARE: neither no lock nor FOR KEY SHARE makes a new generation wait for this commit. The fence first, then the head. */
    private Map<UUID, Head> lock(List<Batch> group) {
        var heads = new HashMap<UUID, Head>();
        jdbc.query(
                """
                select h.* from unnest(cast(? as uuid[]), ?) as w (actor_id, generation)
                join actor_fence f using (actor_id)
                join kv_head h using (actor_id)
                where f.generation = w.generation
                order by h.actor_id
                for share of f skip locked
                for update of h
                """,
                row -> {
                    var head = Head.read(row, failovers.given());
                    heads.put(head.actor(), head);
                },
                actors(group),
                group.stream().map(batch -> batch.writer().generation()).toArray(Long[]::new));
        return heads;
    }

    private int makeHeads(List<Batch> group) {
        return jdbc.update(
                """
                insert into kv_head (actor_id)
                select f.actor_id from unnest(cast(? as uuid[]), ?) as w (actor_id, generation)
                join actor_fence f using (actor_id)
                where f.generation = w.generation
                order by f.actor_id
                on conflict do nothing
                """,
                actors(group),
                group.stream().map(batch -> batch.writer().generation()).toArray(Long[]::new));
    }

    private boolean isStale(Batch batch) {
        return refusal(batch.writer(), 0).isPresent();
    }

    private static String actors(List<Batch> group) {
        return Changes.uuids(group.stream().map(batch -> batch.writer().actor()));
    }

    private static byte[][] arrays(List<Bytes> keys) {
        return keys.stream().map(Bytes::array).toArray(byte[][]::new);
    }

    private static Bytes bytes(ResultSet row, String column) throws SQLException {
        return new Bytes(Objects.requireNonNull(row.getBytes(column)));
    }
}
