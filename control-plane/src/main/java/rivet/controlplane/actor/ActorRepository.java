package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.database.TagsColumn;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.Wire;

/** The rows of actors. Times that are compared come from the database's clock. */
@Component
final class ActorRepository {

    private static final String UNLESS_KEY_TAKEN =
            "on conflict (environment_id, key) where key is not null and status <> 'destroyed' do nothing";

    private final JdbcClient jdbc;

    ActorRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** An actor and what time it is, told in the same breath. */
    record Moment(Actor actor, Instant now) {}

    /** When somebody came, and whether others who would be content with no more were here before. */
    record Arrival(Instant now, boolean behindOthers) {}

    /** One question, as a create waits for its answer. */
    Arrival arrival(String region, Reservation needs) {
        return jdbc.sql("""
                select clock_timestamp() as now, exists (
                    select from actor
                    where status = 'pending' and region = :region and cpu_millicores <= :cpu and memory_mib <= :memory)
                    as behind_others
                """)
                .param("region", region)
                .param("cpu", needs.cpuMillicores())
                .param("memory", needs.memoryMib())
                .query((row, _) -> new Arrival(
                        millis(row.getObject("now", OffsetDateTime.class)), row.getBoolean("behind_others")))
                .single();
    }

    /** Whether one that waits is preceded by one that would be content with no more. */
    boolean isBehindOthers(Actor actor) {
        return jdbc.sql("""
                select exists (
                    select from actor
                    where status = 'pending' and region = :region and cpu_millicores <= :cpu and memory_mib <= :memory
                      and (created_at, id) < (:created, :id))
                """)
                .param("region", actor.region())
                .param("cpu", actor.resources().cpuMillicores())
                .param("memory", actor.resources().memoryMib())
                .param("created", time(actor.createdAt()))
                .param("id", actor.id().value())
                .query(Boolean.class)
                .single();
    }

    /** @return false if another actor that is not destroyed has its key */
    boolean insert(Actor actor) {
        var inserted = jdbc.sql("""
                insert into actor (id, environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib,
                    state, generation, version, created_at)
                values (:id, :environment, :region, :build, cast(:tags as jsonb), cast(:setup as jsonb), :cpu, :memory,
                    cast(:state as jsonb), :generation, :version, :created)
                %s
                """.formatted(actor.setup().key() == null ? "" : UNLESS_KEY_TAKEN))
                .param("id", actor.id().value())
                .param("environment", actor.environmentId())
                .param("region", actor.region())
                .param("build", actor.build().value())
                .param("tags", TagsColumn.write(actor.tags()))
                .param("setup", ActorSetupColumn.write(actor.setup()))
                .param("cpu", actor.resources().cpuMillicores())
                .param("memory", actor.resources().memoryMib())
                .param("state", ActorStateColumn.write(actor.state()))
                .param("generation", actor.generation())
                .param("version", actor.version())
                .param("created", time(actor.createdAt()))
                .update();
        return inserted == 1;
    }

    /** Writes over the row that was read; had another writer come between, this one fails. */
    void save(Actor actor) {
        var saved = jdbc.sql("""
                update actor
                set state = cast(:state as jsonb), build_id = :build, upgrade = cast(:upgrade as jsonb), generation = :generation,
                    version = version + 1, started_at = :started, destroyed_at = :destroyed
                where id = :id and version = :version
                """)
                .param("id", actor.id().value())
                .param("version", actor.version())
                .param("state", ActorStateColumn.write(actor.state()))
                .param("build", actor.build().value())
                .param("upgrade", actor.upgrade() == null ? null : Wire.JSON.writeValueAsString(actor.upgrade()))
                .param("generation", actor.generation())
                .param("started", time(actor.startedAt()))
                .param("destroyed", time(actor.destroyedAt()))
                .update();
        if (saved != 1) {
            throw new OptimisticLockingFailureException(
                    "actor %s is no longer at version %d".formatted(actor.id(), actor.version()));
        }
    }

    Optional<Actor> find(ActorId id) {
        return jdbc.sql("select * from actor where id = :id")
                .param("id", id.value())
                .query(ActorRepository::actor)
                .optional();
    }

    Map<ActorId, Long> versions(Collection<ActorId> actors) {
        var ids = actors.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}"));
        var versions = new HashMap<ActorId, Long>();
        jdbc.sql("select id, version from actor where id = any (cast(:ids as uuid[]))")
                .param("ids", ids)
                .query(row -> {
                    versions.put(new ActorId(row.getObject("id", UUID.class)), row.getLong("version"));
                });
        return versions;
    }

    /** Who has a key, be it on its way out: the key is free when it is destroyed. */
    Optional<Actor> holder(UUID environment, String key) {
        return jdbc.sql("""
                select * from actor where environment_id = :environment and key = :key and status <> 'destroyed'
                """)
                .param("environment", environment)
                .param("key", key)
                .query(ActorRepository::actor)
                .optional();
    }

    /** Until the transaction ends nobody else moves the actor. */
    Optional<Moment> lock(ActorId id) {
        return lock("select *, clock_timestamp() as now from actor where id = :id for no key update", id);
    }

    /** Empty as well when another has it locked, who will do what is to be done. */
    Optional<Moment> lockIfFree(ActorId id) {
        return lock("select *, clock_timestamp() as now from actor where id = :id for no key update skip locked", id);
    }

    private Optional<Moment> lock(String sql, ActorId id) {
        return jdbc.sql(sql)
                .param("id", id.value())
                .query((row, number) ->
                        new Moment(actor(row, number), millis(row.getObject("now", OffsetDateTime.class))))
                .optional();
    }

    /** Those an upgrade by tags means. */
    List<ActorId> livingWith(UUID environment, Map<String, String> tags, @Nullable ActorId after, int limit) {
        return jdbc.sql("""
                select id from actor
                where environment_id = :environment and tags @> cast(:tags as jsonb) and destroyed_at is null
                  and (cast(:after as uuid) is null or id > cast(:after as uuid))
                order by id limit :limit
                """)
                .param("environment", environment)
                .param("tags", TagsColumn.write(tags))
                .param("after", after == null ? null : after.value())
                .param("limit", limit)
                .query(ActorRepository::id)
                .list();
    }

    List<String> regionsWaiting() {
        return jdbc.sql("select distinct region from actor where status = 'pending'")
                .query((row, _) -> row.getString("region"))
                .list();
    }

    /** Oldest first. @param refused sizes for which there was no room: what needs as much or more is left out */
    List<Actor> waiting(String region, List<Reservation> refused, int limit) {
        return jdbc.sql("""
                select * from actor a
                where status = 'pending' and region = :region and not exists (
                    select from unnest(cast(:cpus as integer[]), cast(:memories as integer[])) as r (cpu, memory)
                    where a.cpu_millicores >= r.cpu and a.memory_mib >= r.memory)
                order by created_at, id limit :limit
                """)
                .param("region", region)
                .param("cpus", array(refused, Reservation::cpuMillicores))
                .param("memories", array(refused, Reservation::memoryMib))
                .param("limit", limit)
                .query(ActorRepository::actor)
                .list();
    }

    private static String array(List<Reservation> sizes, Function<Reservation, Integer> part) {
        return sizes.stream().map(part).map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    /** Also those whose wait began in what is the future now: the clock has gone back, and may be long in coming there again. */
    List<ActorId> due(int limit) {
        return jdbc.sql("""
                select id from actor
                where due_ms <= floor(extract(epoch from clock_timestamp()) * 1000)
                   or due_ms is not null
                      and cast(state ->> 'since_ms' as bigint) > extract(epoch from clock_timestamp()) * 1000
                order by due_ms limit :limit
                """).param("limit", limit).query(ActorRepository::id).list();
    }

    List<ActorId> heldByLost(int limit) {
        return jdbc.sql("""
                select actor.id from actor join agent on agent.id = actor.agent_id
                where agent.lost_at is not null order by actor.id limit :limit
                """).param("limit", limit).query(ActorRepository::id).list();
    }

    static Actor actor(ResultSet row, int number) throws SQLException {
        return new Actor(
                id(row, number),
                row.getObject("environment_id", UUID.class),
                row.getString("region"),
                new BuildId(row.getObject("build_id", UUID.class)),
                TagsColumn.read(row.getString("tags")),
                ActorSetupColumn.read(row.getString("setup")),
                new Reservation(row.getInt("cpu_millicores"), row.getInt("memory_mib")),
                ActorStateColumn.read(row.getString("state")),
                row.getLong("generation"),
                row.getLong("version"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "started_at"),
                instant(row, "destroyed_at"),
                upgrade(row.getString("upgrade")));
    }

    private static @Nullable Upgrade upgrade(@Nullable String json) {
        return json == null ? null : Wire.JSON.readValue(json, Upgrade.class);
    }

    private static ActorId id(ResultSet row, int number) throws SQLException {
        return new ActorId(row.getObject("id", UUID.class));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    /** States keep whole milliseconds. */
    private static Instant millis(OffsetDateTime time) {
        return time.toInstant().truncatedTo(ChronoUnit.MILLIS);
    }
}
