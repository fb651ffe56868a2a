package rivet.controlplane.checkpoint;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import rivet.controlplane.checkpoint.Checkpoint.Cause;
import rivet.controlplane.kv.KvCopies;
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

    /**
     * One with something of the directory in it.
     *
     * @param dirOf which checkpoint's bytes these are
     * @param ageSeconds by the database's clock
     */
    record Newest(
            UUID dirOf, long number, long generation, String cause, long sizeBytes, String sha256, long ageSeconds) {

        /**
         * Whether it is what the generation that opened the directory last has left, and not only what that had at some time. People
         * have a directory kept only while that is so, and it is then also of generations that came after it and that no process has.
         */
        boolean isAllThatIsLeftOf(long opened) {
            return generation >= opened && !cause.equals(Cause.ASKED.toString());
        }
    }

    Optional<Newest> newest(ActorId actor) {
        return jdbc.sql("""
                select c.dir_of, c.number, c.generation, c.cause, d.size_bytes, d.sha256,
                       extract(epoch from clock_timestamp() - c.taken_at)::bigint as age_seconds
                from checkpoint c join checkpoint d on d.id = c.dir_of
                where c.actor_id = :actor and c.number is not null order by c.number desc limit 1
                """).param("actor", actor.value()).query(Newest.class).optional();
    }

    /** Until the transaction ends nobody else counts checkpoints of the actor; before all other locks. */
    void lockNumbers(ActorId actor) {
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended('checkpoint ' || :actor, 0))")
                .param("actor", actor.toString())
                .query((_, _) -> actor)
                .single();
    }

    /**
     * @param cause as {@link Checkpoint.Cause} says
     * @param dirBytes of the files in it; absent: nothing of a directory is in it
     * @param dirOf which checkpoint's bytes those are
     * @param kvEntries absent: nothing of the store is in it
     * @param restores of what a restore made: which one was brought back
     */
    record Kept(
            UUID id,
            long number,
            String cause,
            Instant takenAt,
            long generation,
            @Nullable UUID dirOf,
            @Nullable Long dirBytes,
            @Nullable Long dirStoredBytes,
            @Nullable Long kvEntries,
            @Nullable Long kvBytes,
            @Nullable Long restores) {}

    private static final String KEPT = """
            select c.id, c.number, c.cause, c.taken_at, c.generation, c.dir_of, d.content_bytes as dir_bytes,
                   d.size_bytes as dir_stored_bytes, c.kv_entries, c.kv_bytes, c.restores
            from checkpoint c left join checkpoint d on d.id = c.dir_of
            where c.actor_id = :actor and c.number is not null
            """;

    /** The newest first. */
    List<Kept> all(ActorId actor) {
        return jdbc.sql(KEPT + "order by c.number desc")
                .param("actor", actor.value())
                .query(CheckpointRepository::kept)
                .list();
    }

    Optional<Kept> find(ActorId actor, long number) {
        return jdbc.sql(KEPT + "and c.number = :number")
                .param("actor", actor.value())
                .param("number", number)
                .query(CheckpointRepository::kept)
                .optional();
    }

    private static Kept kept(ResultSet row, int number) throws SQLException {
        return new Kept(
                row.getObject("id", UUID.class),
                row.getLong("number"),
                row.getString("cause"),
                row.getObject("taken_at", OffsetDateTime.class).toInstant(),
                row.getLong("generation"),
                row.getObject("dir_of", UUID.class),
                row.getObject("dir_bytes", Long.class),
                row.getObject("dir_stored_bytes", Long.class),
                row.getObject("kv_entries", Long.class),
                row.getObject("kv_bytes", Long.class),
                row.getObject("restores", Long.class));
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

    /** One try to bring one. @param attempt of several with the same id only the last one counts */
    record Try(UUID id, UUID attempt) {}

    /**
     * In place of an earlier try of the same, and of what that has brought.
     *
     * @return empty: it is whole already, or not the newest, as {@link #isNewest} says
     */
    Optional<Try> begin(Checkpoint checkpoint) {
        var begun = jdbc.sql("""
                insert into checkpoint as c (id, actor_id, generation, cause, dir_of, size_bytes, content_bytes, sha256)
                select :id, actor_id, generation, :cause, :id, :size, :content, :sha256
                from actor_dir d where d.actor_id = :actor and d.generation = :generation
                and exists (select from actor_fence f where f.actor_id = d.actor_id)
                on conflict (id) do update set attempt = excluded.attempt, taken_at = excluded.taken_at,
                    generation = excluded.generation, cause = excluded.cause, size_bytes = excluded.size_bytes,
                    content_bytes = excluded.content_bytes, sha256 = excluded.sha256
                where c.number is null and c.actor_id = excluded.actor_id
                returning id, attempt
                """)
                .param("id", checkpoint.id())
                .param("actor", checkpoint.actor().value())
                .param("generation", checkpoint.generation())
                .param("cause", checkpoint.cause().toString())
                .param("size", checkpoint.sizeBytes())
                .param("content", checkpoint.contentBytes())
                .param("sha256", checkpoint.sha256())
                .query(Try.class)
                .optional();
        begun.ifPresent(one -> jdbc.sql("delete from checkpoint_chunk where checkpoint_id = :id")
                .param("id", one.id())
                .update());
        return begun;
    }

    /** No other try begins until the transaction ends. @return false: one has, after this one was begun, or this one was given up */
    boolean hold(Try one) {
        return jdbc.sql("""
                select 1 from checkpoint where id = :id and attempt = :attempt and number is null for no key update
                """)
                .param("id", one.id())
                .param("attempt", one.attempt())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Nobody opens the directory until the transaction ends. @return false: somebody has, after this one was begun */
    boolean holdDir(UUID id) {
        return jdbc.sql("""
                select 1 from actor_dir d
                join checkpoint c on c.actor_id = d.actor_id and c.generation = d.generation
                where c.id = :id and exists (select from actor_fence f where f.actor_id = d.actor_id)
                for share of d
                """).param("id", id).query(Integer.class).optional().isPresent();
    }

    /** What is in it beside what came with it, and why there is one. */
    record Content(
            Cause cause, @Nullable UUID dirOf, @Nullable Long restores) {}

    /** One with which no bytes of a directory come. @param id absent: any @return its id */
    UUID begin(@Nullable UUID id, ActorId actor, long generation, Content content) {
        return jdbc.sql("""
                insert into checkpoint (id, actor_id, generation, cause, dir_of, restores)
                values (coalesce(cast(:id as uuid), gen_random_uuid()), :actor, :generation, :cause,
                        cast(:dir as uuid), cast(:restores as bigint))
                returning id
                """)
                .param("id", id)
                .param("actor", actor.value())
                .param("generation", generation)
                .param("cause", content.cause().toString())
                .param("dir", content.dirOf())
                .param("restores", content.restores())
                .query(UUID.class)
                .single();
    }

    /**
     * From now on it counts.
     *
     * @param kv what of the store is in it; absent: nothing
     * @param dirOf which checkpoint's directory is in it; absent: as it was begun
     * @return its number
     */
    long complete(UUID id, KvCopies.@Nullable Size kv, @Nullable UUID dirOf) {
        return jdbc.sql("""
                update checkpoint c
                set taken_at = clock_timestamp(), dir_of = coalesce(cast(:dir as uuid), dir_of),
                    kv_entries = cast(:entries as bigint), kv_bytes = cast(:bytes as bigint),
                    number = (select coalesce(max(o.number), 0) + 1 from checkpoint o where o.actor_id = c.actor_id)
                where c.id = :id and c.number is null
                returning c.number
                """)
                .param("id", id)
                .param("dir", dirOf)
                .param("entries", kv == null ? null : kv.entries())
                .param("bytes", kv == null ? null : kv.bytes())
                .query(Long.class)
                .single();
    }

    void drop(Try one) {
        jdbc.sql("delete from checkpoint where id = :id and attempt = :attempt and number is null")
                .param("id", one.id())
                .param("attempt", one.attempt())
                .update();
    }

    /**
     * All but the newest, of those that somebody wanted and of those that are made by themselves: many sleeps shall not push out what
     * was asked for. The newest with a directory stays, because starts begin with it, and so does what a restore brought back, and what all these
     * have their directory from.
     */
    void dropOld(ActorId actor, int keep) {
        jdbc.sql("""
                with ranked as (
                    select id, number, dir_of, restores,
                           row_number() over (partition by cause in ('stopped', 'restored') order by number desc) as place,
                           row_number() over (partition by dir_of is null order by number desc) as place_with_dir
                    from checkpoint where actor_id = :actor and number is not null),
                kept as (
                    select id, dir_of, restores from ranked where place <= :keep or (place_with_dir = 1 and dir_of is not null)),
                wanted as (
                    select id, dir_of from kept
                    union select id, dir_of from ranked where number in (select restores from kept))
                delete from checkpoint where actor_id = :actor and number is not null
                    and id not in (select id from wanted)
                    and id not in (select dir_of from wanted where dir_of is not null)
                """).param("actor", actor.value()).param("keep", keep).update();
    }

    /** Those of destroyed actors, and what was never completed; none before those that have their directory from it. @return how many */
    int prune(Duration unfinished, int most) {
        int pruned = jdbc.sql("""
                delete from checkpoint where id in (
                    select c.id from checkpoint c
                    where not exists (select from actor_fence f where f.actor_id = c.actor_id)
                       or (c.number is null and c.taken_at < clock_timestamp() - make_interval(secs => :unfinished))
                    order by c.actor_id, c.number desc
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

    /** @return false: another try of the same has begun, or it was given up; nothing was stored */
    boolean insert(Try one, int chunk, byte[] bytes) {
        return jdbc.sql("""
                insert into checkpoint_chunk (checkpoint_id, chunk, bytes)
                select id, :chunk, :bytes from checkpoint where id = :id and attempt = :attempt for share
                """)
                        .param("id", one.id())
                        .param("attempt", one.attempt())
                        .param("chunk", chunk)
                        .param("bytes", bytes)
                        .update()
                == 1;
    }

    /** Empty: there are no more. */
    byte[] read(UUID id, int chunk) {
        return jdbc.sql("select bytes from checkpoint_chunk where checkpoint_id = :id and chunk = :chunk")
                .param("id", id)
                .param("chunk", chunk)
                .query((row, _) -> row.getBytes("bytes"))
                .optional()
                .orElse(new byte[0]);
    }
}
