package rivet.controlplane.kv;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import rivet.controlplane.database.Failovers;
import rivet.protocol.kv.Bytes;

/**
 * Writes of people, beside those of actors. Each method runs in its caller's transaction, which has moved the actor's fence
 * before: no start of the actor can write.
 */
@Repository
class KvEdits {

    private final JdbcClient jdbc;
    private final Failovers failovers;

    KvEdits(JdbcClient jdbc, Failovers failovers) {
        this.jdbc = jdbc;
        this.failovers = failovers;
    }

    /** @param size of key and value; 0 where there is no entry, as its version is */
    record Known(long version, long size) {}

    /** Takes the version of the write that follows; writes of the actor wait for it. */
    long begin(UUID actor) {
        return jdbc.sql("""
                insert into kv_head as h (actor_id, version) values (:actor, :given + 1)
                on conflict (actor_id) do update set version = greatest(h.version, :given) + 1
                returning version
                """)
                .param("actor", actor)
                .param("given", failovers.given())
                .query(Long.class)
                .single();
    }

    Known find(UUID actor, Bytes key) {
        return jdbc.sql("""
                select version, octet_length(key) + octet_length(value) as size from kv_entry
                where actor_id = :actor and key = :key
                """)
                .param("actor", actor)
                .param("key", key.array())
                .query(Known.class)
                .optional()
                .orElse(new Known(0, 0));
    }

    void put(UUID actor, Bytes key, long version, Bytes value) {
        jdbc.sql("""
                insert into kv_entry (actor_id, key, version, value) values (:actor, :key, :version, :value)
                on conflict (actor_id, key) do update set version = excluded.version, value = excluded.value
                """)
                .param("actor", actor)
                .param("key", key.array())
                .param("version", version)
                .param("value", value.array())
                .update();
    }

    void delete(UUID actor, Bytes key) {
        jdbc.sql("delete from kv_entry where actor_id = :actor and key = :key")
                .param("actor", actor)
                .param("key", key.array())
                .update();
    }

    /** @return how much the store holds now */
    long grow(UUID actor, long bytes) {
        return jdbc.sql("update kv_head set bytes = bytes + :bytes where actor_id = :actor returning bytes")
                .param("bytes", bytes)
                .param("actor", actor)
                .query(Long.class)
                .single();
    }
}
