package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.TagsColumn;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.api.RolloutView;

/** The rows of rollouts. How far each actor is stands in its own row and nowhere else. */
@Component
final class RolloutRepository {

    private static final int SHOWN = 100;

    private final JdbcClient jdbc;

    RolloutRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** One that runs. @param batchFrom how many actors come before its present batch @param begun how many with it */
    record Rollout(
            UUID id,
            BuildId build,
            ActorRequests.Manner manner,
            int total,
            int batchFrom,
            int begun,
            boolean settled,
            boolean pauseOver,
            String askedBy) {}

    /** What has become of an actor of a rollout. */
    enum Fate {
        /** It was not told yet. */
        WAITING,
        OPEN,
        READY,
        ROLLED_BACK,
        /** It has ended, or somebody has given it another build since. */
        GONE
    }

    record Member(ActorId actor, Fate fate) {}

    record RolledBack(ActorId actor, String failure) {}

    /** Until the transaction ends nobody else begins one there. */
    void lockBeginning(UUID environment) {
        jdbc.sql("select id from environment where id = :id for no key update")
                .param("id", environment)
                .query(UUID.class)
                .single();
    }

    void insert(UUID id, UUID environment, Rollouts.Plan plan, List<ActorId> actors, String askedBy) {
        jdbc.sql("""
                insert into rollout (id, environment_id, build_id, tags, start_timeout_ms, policy, batch_size, pause_ms, actors,
                    begun, state, asked_by, ended_at)
                values (:id, :environment, :build, cast(:tags as jsonb), :timeout, cast(:policy as jsonb), :batch, :pause, cast(:actors as uuid[]),
                    :begun, :state, :by, case when :state = 'done' then clock_timestamp() end)
                """)
                .param("id", id)
                .param("environment", environment)
                .param("build", plan.build().value())
                .param("tags", TagsColumn.write(plan.tags()))
                .param("timeout", plan.manner().startTimeoutMs())
                .param("policy", UpgradePolicyColumn.write(plan.manner().policy()))
                .param("batch", plan.batchSize())
                .param("pause", plan.pauseMs())
                .param("actors", array(actors))
                .param("begun", Math.min(plan.batchSize(), actors.size()))
                .param("state", actors.isEmpty() ? "done" : "running")
                .param("by", askedBy)
                .update();
    }

    /** A pause during which the clock went back behind its beginning is over: one that is too short does less harm. */
    List<Rollout> running() {
        return jdbc.sql("""
                select id, build_id, policy, start_timeout_ms, batch_from, begun, asked_by, cardinality(actors) as total,
                    settled_at is not null as settled,
                    coalesce(clock_timestamp() < settled_at
                        or clock_timestamp() >= settled_at + make_interval(secs => pause_ms / 1000.0), false) as pause_over
                from rollout where state = 'running' order by created_at
                """).query(RolloutRepository::rollout).list();
    }

    /** Those of the present batch. */
    List<Member> batch(Rollout rollout) {
        return jdbc.sql("""
                select w.id, %s as fate
                from rollout r
                cross join lateral unnest(r.actors[r.batch_from + 1 : r.begun]) as w (id)
                %s
                where r.id = :id
                """.formatted(FATE, THEIR_ROWS))
                .param("id", rollout.id())
                .query((row, _) -> new Member(new ActorId(row.getObject("id", UUID.class)), fate(row)))
                .list();
    }

    private static final String THEIR_ROWS = """
            left join actor a on a.id = w.id
            left join rollout_told t on t.rollout_id = r.id and t.actor_id = w.id""";

    private static final String FATE = """
            case when a.destroyed_at is not null or a.id is null then 'GONE'
                when t.actor_id is null then 'WAITING'
                when a.build_id <> r.build_id then
                    case when a.upgrade ->> 'to' = r.build_id::text then 'ROLLED_BACK' else 'GONE' end
                when a.status = 'sleeping' then 'READY'
                when a.status = 'running' and (a.upgrade is null or a.upgrade ->> 'failure' is not null) then 'READY'
                else 'OPEN' end""";

    /** One of any batch: those that sleep when they are told are tried when they wake. */
    Optional<RolledBack> rolledBack(Rollout rollout) {
        return jdbc.sql("""
                select a.id, a.upgrade ->> 'failure' as failure
                from actor a join rollout_told t on t.actor_id = a.id and t.rollout_id = :id
                where a.upgrade ->> 'to' = :build and a.upgrade ->> 'failure' is not null and a.destroyed_at is null
                order by a.id limit 1
                """)
                .param("id", rollout.id())
                .param("build", rollout.build().toString())
                .query((row, _) ->
                        new RolledBack(new ActorId(row.getObject("id", UUID.class)), row.getString("failure")))
                .optional();
    }

    /** @return whether it is for the caller to tell the actor: nobody has yet, and the rollout does not end before that is committed */
    boolean tell(UUID id, ActorId actor) {
        return jdbc.sql("""
                insert into rollout_told (rollout_id, actor_id)
                select id, :actor from rollout where id = :id and state = 'running' for share
                on conflict do nothing
                """).param("id", id).param("actor", actor.value()).update() == 1;
    }

    /** From now on no rollout tells the actor anything: somebody has another wish. */
    void leave(UUID environment, ActorId actor) {
        jdbc.sql("""
                insert into rollout_told (rollout_id, actor_id)
                select id, :actor from rollout
                where state = 'running' and environment_id = :environment and :actor = any (actors)
                on conflict do nothing
                """)
                .param("environment", environment)
                .param("actor", actor.value())
                .update();
    }

    /** Ends those that have one of these actors. */
    void supersede(UUID environment, List<ActorId> actors, String reason) {
        jdbc.sql("""
                update rollout set state = 'superseded', reason = :reason, ended_at = clock_timestamp()
                where state = 'running' and environment_id = :environment and exists (
                    select from unnest(actors) as w (id) join unnest(cast(:actors as uuid[])) as c (id) on c.id = w.id)
                """)
                .param("environment", environment)
                .param("actors", array(actors))
                .param("reason", reason)
                .update();
    }

    /** Changes nothing if another was here first, or it is over. */
    void settle(Rollout rollout) {
        jdbc.sql("""
                update rollout set settled_at = clock_timestamp()
                where id = :id and state = 'running' and begun = :begun and settled_at is null
                """).param("id", rollout.id()).param("begun", rollout.begun()).update();
    }

    /** Likewise. */
    void next(Rollout rollout) {
        jdbc.sql("""
                update rollout
                set batch_from = begun, begun = least(begun + batch_size, cardinality(actors)), settled_at = null
                where id = :id and state = 'running' and begun = :begun
                """).param("id", rollout.id()).param("begun", rollout.begun()).update();
    }

    /** Likewise. @return whether it was this call that ended it */
    boolean end(UUID id, String state, @Nullable String reason) {
        return jdbc.sql("""
                update rollout set state = :state, reason = :reason, ended_at = clock_timestamp()
                where id = :id and state = 'running'
                """)
                        .param("id", id)
                        .param("state", state)
                        .param("reason", reason)
                        .update()
                == 1;
    }

    Optional<RolloutView> view(UUID environment, UUID id) {
        return views("and r.id = :id", Map.of("environment", environment, "id", id)).stream()
                .findFirst();
    }

    List<RolloutView> views(UUID environment) {
        return views("", Map.of("environment", environment));
    }

    private List<RolloutView> views(String which, Map<String, UUID> parameters) {
        return jdbc.sql("""
                select r.id, r.build_id, r.tags, r.state, r.reason, r.begun, r.batch_size, r.pause_ms, r.created_at, r.ended_at,
                    cardinality(r.actors) as total, f.* from (
                    select * from rollout r where r.environment_id = :environment %s
                    order by r.created_at desc limit %d) as r
                cross join lateral (
                    select count(*) filter (where fate = 'READY') as ready,
                        count(*) filter (where fate = 'ROLLED_BACK') as rolled_back,
                        count(*) filter (where fate = 'GONE') as gone
                    from (select %s as fate from unnest(r.actors[1 : r.begun]) as w (id) %s) as m
                ) as f
                order by r.created_at desc
                """.formatted(which, SHOWN, FATE, THEIR_ROWS))
                .params(parameters)
                .query(RolloutRepository::view)
                .list();
    }

    int prune(Duration retention, int limit) {
        return jdbc.sql("""
                delete from rollout where id in (
                    select id from rollout
                    where state <> 'running' and ended_at < clock_timestamp() - make_interval(secs => :age) limit :limit)
                """)
                .param("age", retention.toSeconds())
                .param("limit", limit)
                .update();
    }

    private static Rollout rollout(ResultSet row, int number) throws SQLException {
        return new Rollout(
                row.getObject("id", UUID.class),
                new BuildId(row.getObject("build_id", UUID.class)),
                new ActorRequests.Manner(
                        UpgradePolicyColumn.read(row.getString("policy")),
                        row.getObject("start_timeout_ms", Long.class)),
                row.getInt("total"),
                row.getInt("batch_from"),
                row.getInt("begun"),
                row.getBoolean("settled"),
                row.getBoolean("pause_over"),
                row.getString("asked_by"));
    }

    private static RolloutView view(ResultSet row, int number) throws SQLException {
        var ended = row.getObject("ended_at", OffsetDateTime.class);
        return new RolloutView(
                row.getString("id"),
                row.getString("build_id"),
                TagsColumn.read(row.getString("tags")),
                row.getString("state"),
                row.getString("reason"),
                row.getInt("total"),
                row.getInt("begun"),
                row.getInt("ready"),
                row.getInt("rolled_back"),
                row.getInt("gone"),
                row.getInt("batch_size"),
                row.getLong("pause_ms"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant());
    }

    private static Fate fate(ResultSet row) throws SQLException {
        return Fate.valueOf(row.getString("fate"));
    }

    private static String array(Collection<ActorId> actors) {
        return actors.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}"));
    }
}
