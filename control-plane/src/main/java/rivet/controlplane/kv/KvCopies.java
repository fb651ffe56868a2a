package rivet.controlplane.kv;

import java.util.Optional;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;

/**
 * The door for keeping whole stores and bringing them back; their bytes never leave Postgres. Each method runs in its caller's
 * transaction.
 */
@Component
public final class KvCopies {

    /** What a statement copies or brings back in a few seconds. */
    public static final int MOST_BYTES = 256 << 20;

    /** Likewise: of small ones each costs as much as some hundred bytes. */
    public static final int MOST_ENTRIES = 500_000;

    /** Together with its share of {@link #ENTRY_BYTES}; the last entry of a page may make it larger. */
    private static final int PAGE_BYTES = 1 << 20;

    /** Counted for each entry beside what is in it. */
    private static final int ENTRY_BYTES = 32;

    private final JdbcClient jdbc;
    private final KvEdits edits;

    KvCopies(JdbcClient jdbc, KvEdits edits) {
        this.jdbc = jdbc;
        this.edits = edits;
    }

    /** @param bytes keys and values together */
    public record Size(long entries, long bytes) {}

    /**
     * Keeps a store as it is at one moment. Writes go on meanwhile: each is wholly in the copy or not at all.
     *
     * @param copy its name, under which there is none yet
     * @return empty: the store is larger than {@link #MOST_BYTES} or {@link #MOST_ENTRIES}; nothing was kept
     */
    public Optional<Size> take(UUID actor, UUID copy) {
        return fits(actor) ? Optional.of(taken(actor, copy)) : Optional.empty();
    }

    private boolean fits(UUID actor) {
        return jdbc.sql("""
                select coalesce((select bytes from kv_head where actor_id = :actor), 0) <= :bytes
                   and (select count(*) from (select from kv_entry where actor_id = :actor limit :entries + 1) as e) <= :entries
                """)
                .param("actor", actor)
                .param("bytes", MOST_BYTES)
                .param("entries", MOST_ENTRIES)
                .query(Boolean.class)
                .single();
    }

    private Size taken(UUID actor, UUID copy) {
        return jdbc.sql("""
                with taken as (
                    insert into kv_copy (copy, page, entries, bytes, keys, contents)
                    select :copy, page, count(*), sum(size), array_agg(key order by key), array_agg(value order by key)
                    from (select key, value, size, cast(sum(size + :overhead) over (order by key) / :page as integer) as page
                          from (select key, value, octet_length(key) + octet_length(value) as size
                                from kv_entry where actor_id = :actor) as e) as paged
                    group by page
                    returning entries, bytes)
                select coalesce(sum(entries), 0) as entries, coalesce(sum(bytes), 0) as bytes from taken
                """)
                .param("copy", copy)
                .param("actor", actor)
                .param("overhead", ENTRY_BYTES)
                .param("page", PAGE_BYTES)
                .query(Size.class)
                .single();
    }

    /**
     * Has a store hold what a copy does and nothing else, as one write with a version that none had. Only while no generation of
     * the actor can write.
     */
    public void bringBack(UUID actor, UUID copy) {
        long version = edits.begin(actor);
        jdbc.sql("delete from kv_entry where actor_id = :actor")
                .param("actor", actor)
                .update();
        jdbc.sql("""
                insert into kv_entry (actor_id, key, version, value)
                select :actor, key, :version, value from kv_copy, unnest(keys, contents) as e (key, value) where copy = :copy
                """)
                .param("actor", actor)
                .param("version", version)
                .param("copy", copy)
                .update();
        jdbc.sql("""
                update kv_head set bytes = (select coalesce(sum(c.bytes), 0) from kv_copy c where c.copy = :copy)
                where actor_id = :actor
                """).param("actor", actor).param("copy", copy).update();
    }

    /** For who wanted to keep one. */
    public static Problem tooLarge() {
        return new Problem(
                HttpStatus.CONFLICT,
                "KV_TOO_LARGE_TO_KEEP",
                "the store: it holds more than %d bytes or %d entries (expected: at most that, to be kept by a checkpoint)"
                        .formatted(MOST_BYTES, MOST_ENTRIES));
    }
}
