package rivet.controlplane.checkpoint;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import rivet.controlplane.database.Chunks;
import rivet.protocol.ActorId;

/** The tables. */
@Repository
class CheckpointRepository {

    private final JdbcClient jdbc;

    CheckpointRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** No newer generation begins until the transaction ends. @return false: there is one already, or the actor is destroyed */
    boolean hold(ActorId actor, long generation) {
        return jdbc.sql("select 1 from actor_fence where actor_id = :actor and generation = :generation for share")
                .param("actor", actor.value())
                .param("generation", generation)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /**
     * Whether nobody has opened the directory since this generation did, and the actor is not destroyed. A newer generation may have
     * been begun: until it has opened the directory, what this one left is the newest.
     */
    boolean isNewest(ActorId actor, long generation) {
        return jdbc.sql("""
                select 1 from actor_dir d where d.actor_id = :actor and d.generation = :generation
                and exists (select from actor_fence f where f.actor_id = d.actor_id)
                """)
                .param("actor", actor.value())
                .param("generation", generation)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** @param generation the newest that opened the directory @param previous that did before; 0: none */
    record Opened(long generation, long previous) {}

    /** Locked until the transaction ends. */
    Optional<Opened> opened(ActorId actor) {
        return jdbc.sql("select generation, previous from actor_dir where actor_id = :actor for update")
                .param("actor", actor.value())
                .query(Opened.class)
                .optional();
    }

    void open(ActorId actor, long generation) {
        jdbc.sql("""
                insert into actor_dir as d (actor_id, generation) values (:actor, :generation)
                on conflict (actor_id) do update set previous = d.generation, generation = excluded.generation
                """)
                .param("actor", actor.value())
                .param("generation", generation)
                .update();
    }

    /** @param ageSeconds by the database's clock */
    record Newest(
            UUID id, long number, long generation, String cause, long sizeBytes, String sha256, long ageSeconds) {}

    Optional<Newest> newest(ActorId actor) {
        return jdbc.sql("""
                select id, number, generation, cause, size_bytes, sha256,
                       extract(epoch from clock_timestamp() - taken_at)::bigint as age_seconds
                from checkpoint where actor_id = :actor and number is not null order by number desc limit 1
                """).param("actor", actor.value()).query(Newest.class).optional();
    }

    /** Of one that is whole. */
    OptionalLong number(UUID id) {
        return jdbc
                .sql("select number from checkpoint where id = :id and number is not null")
                .param("id", id)
                .query(Long.class)
                .optional()
                .stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** In place of what an earlier try of the same left. @return false: it is not the newest, as {@link #isNewest} says */
    boolean begin(Checkpoint checkpoint) {
        jdbc.sql("delete from checkpoint where id = :id and number is null")
                .param("id", checkpoint.id())
                .update();
        return jdbc.sql("""
                insert into checkpoint (id, actor_id, generation, cause, size_bytes, content_bytes, sha256)
                select :id, actor_id, generation, :cause, :size, :content, :sha256
                from actor_dir d where d.actor_id = :actor and d.generation = :generation
                and exists (select from actor_fence f where f.actor_id = d.actor_id)
                """)
                        .param("id", checkpoint.id())
                        .param("actor", checkpoint.actor().value())
                        .param("generation", checkpoint.generation())
                        .param("cause", checkpoint.cause().toString())
                        .param("size", checkpoint.sizeBytes())
                        .param("content", checkpoint.contentBytes())
                        .param("sha256", checkpoint.sha256())
                        .update()
                == 1;
    }

    /** From now on it counts. Nobody opens the directory until the commit. @return empty: somebody has */
    OptionalLong complete(UUID id) {
        return jdbc.sql("""
                        with newest as (
                            select d.actor_id from actor_dir d
                            join checkpoint c on c.actor_id = d.actor_id and c.generation = d.generation
                            where c.id = :id and exists (select from actor_fence f where f.actor_id = d.actor_id)
                            for share of d)
                        update checkpoint c set taken_at = clock_timestamp(), number = (
                            select coalesce(max(o.number), 0) + 1 from checkpoint o where o.actor_id = c.actor_id)
                        from newest
                        where c.id = :id and c.number is null
                        returning c.number
                        """).param("id", id).query(Long.class).optional().stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    void drop(UUID id) {
        jdbc.sql("delete from checkpoint where id = :id and number is null")
                .param("id", id)
                .update();
    }

    void dropUpTo(ActorId actor, long number) {
        jdbc.sql("delete from checkpoint where actor_id = :actor and number <= :number")
                .param("actor", actor.value())
                .param("number", number)
                .update();
    }

    /** Those of destroyed actors, and what was never completed. @return how many */
    int prune(Duration unfinished, int most) {
        int pruned = jdbc.sql("""
                delete from checkpoint where id in (
                    select c.id from checkpoint c
                    where not exists (select from actor_fence f where f.actor_id = c.actor_id)
                       or (c.number is null and c.taken_at < clock_timestamp() - make_interval(secs => :unfinished))
                    limit :most)
                """)
                .param("unfinished", unfinished.toSeconds())
                .param("most", most)
                .update();
        jdbc.sql("""
                delete from actor_dir d where not exists (select from actor_fence f where f.actor_id = d.actor_id)
                """).update();
        return pruned;
    }

    Chunks.Rows bytes(UUID id) {
        return new Rows(id);
    }

    private final class Rows implements Chunks.Rows {

        private final UUID id;

        Rows(UUID id) {
            this.id = id;
        }

        @Override
        public void insert(int chunk, byte[] bytes) {
            jdbc.sql("insert into checkpoint_chunk (checkpoint_id, chunk, bytes) values (:id, :chunk, :bytes)")
                    .param("id", id)
                    .param("chunk", chunk)
                    .param("bytes", bytes)
                    .update();
        }

        @Override
        public byte[] read(int chunk) {
            return jdbc.sql("select bytes from checkpoint_chunk where checkpoint_id = :id and chunk = :chunk")
                    .param("id", id)
                    .param("chunk", chunk)
                    .query((row, _) -> row.getBytes("bytes"))
                    .optional()
                    .orElse(new byte[0]);
        }
    }
}
