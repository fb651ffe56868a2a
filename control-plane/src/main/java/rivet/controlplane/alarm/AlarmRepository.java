package rivet.controlplane.alarm;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;
import rivet.controlplane.database.Stores;
import rivet.protocol.ActorId;
import rivet.protocol.kv.AlarmSchedule;
import rivet.protocol.kv.Bytes;

/** The table, over the pool of the stores: what an actor changes of its alarms is part of its batch's transaction. */
@Repository
class AlarmRepository {

    /** An actor that runs is looked at again this soon: it may fall asleep before it has handled the alarm. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    /** One that was woken and did not handle it is woken again after this, then after twice that, and so on. */
    private static final Duration AFTER_FIRST_WAKE = Duration.ofSeconds(10);

    /** One that somebody else was moving when it was to be woken. */
    private static final Duration AFTER_BEING_LOCKED = Duration.ofSeconds(1);

    private static final Duration LONGEST_BETWEEN_WAKES = Duration.ofMinutes(10);

    private final JdbcTemplate jdbc;

    AlarmRepository(@Stores DataSource pool) {
        this.jdbc = new JdbcTemplate(pool);
    }

    Instant now() {
        return Objects.requireNonNull(jdbc.queryForObject("select clock_timestamp()", Timestamp.class))
                .toInstant();
    }

    Optional<Alarm> find(UUID actor, String name) {
        return jdbc
                .query("select * from actor_alarm where actor_id = ? and name = ?", (row, _) -> alarm(row), actor, name)
                .stream()
                .findFirst();
    }

    List<Alarm> all(UUID actor) {
        return jdbc.query(
                "select * from actor_alarm where actor_id = ? order by name collate \"C\"",
                (row, _) -> alarm(row),
                actor);
    }

    /** Whose turn it is, or will be first. */
    Optional<Alarm> first(UUID actor) {
        return jdbc
                .query(
                        "select * from actor_alarm where actor_id = ? order by deliver_at, name limit 1",
                        (row, _) -> alarm(row),
                        actor)
                .stream()
                .findFirst();
    }

    int count(UUID actor) {
        return Objects.requireNonNull(
                jdbc.queryForObject("select count(*) from actor_alarm where actor_id = ?", Integer.class, actor));
    }

    /** In the place of the one with this name, if there is one; its next firing is a new one. */
    void set(UUID actor, String name, AlarmSchedule schedule, Bytes payload, Instant at) {
        var time = Timestamp.from(at);
        jdbc.update(
                """
                insert into actor_alarm
                    (actor_id, name, period_ms, cron, time_zone, payload, scheduled_at, deliver_at, look_at)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (actor_id, name) do update set
                    firing = gen_random_uuid(), period_ms = excluded.period_ms, cron = excluded.cron,
                    time_zone = excluded.time_zone, payload = excluded.payload, scheduled_at = excluded.scheduled_at,
                    deliver_at = excluded.deliver_at, look_at = excluded.look_at, failures = 0, wakes = 0
                """,
                actor,
                name,
                schedule instanceof AlarmSchedule.Every(var periodMs) ? periodMs : null,
                schedule instanceof AlarmSchedule.Cron(var expression, var _) ? expression : null,
                schedule instanceof AlarmSchedule.Cron(var _, var zone) ? zone : null,
                payload.array(),
                time,
                time,
                time);
    }

    void replacePayload(UUID actor, String name, Bytes payload) {
        jdbc.update("update actor_alarm set payload = ? where actor_id = ? and name = ?", payload.array(), actor, name);
    }

    boolean delete(UUID actor, String name) {
        return jdbc.update("delete from actor_alarm where actor_id = ? and name = ?", actor, name) > 0;
    }

    void reschedule(UUID actor, String name, Instant at) {
        var time = Timestamp.from(at);
        jdbc.update("""
                update actor_alarm
                set firing = gen_random_uuid(), scheduled_at = ?, deliver_at = ?, look_at = ?, failures = 0, wakes = 0
                where actor_id = ? and name = ?
                """, time, time, time, actor, name);
    }

    void tellAgain(UUID actor, String name, Instant at) {
        var time = Timestamp.from(at);
        jdbc.update("""
                update actor_alarm set deliver_at = ?, look_at = ?, failures = failures + 1, wakes = 0
                where actor_id = ? and name = ?
                """, time, time, actor, name);
    }

    /**
     * Takes alarms that are due and says when each is looked at again, so that no other replica has them now. One whose time has come
     * and whose next look is further away than any can be was looked at, or failed, before the clock went back.
     */
    List<Looked> takeDue(int most) {
        return jdbc.query(
                """
                with late as (
                    select actor_id, name from actor_alarm where look_at <= clock_timestamp()
                    order by look_at limit ? for update skip locked),
                left_behind as (
                    select actor_id, name from actor_alarm
                    where scheduled_at <= clock_timestamp() and look_at > clock_timestamp() + make_interval(secs => ?)
                    limit ? for update skip locked),
                due as (select * from late union all select * from left_behind)
                update actor_alarm a
                set look_at = clock_timestamp() + make_interval(secs => case
                        when o.status in ('sleeping', 'stopping') then least(? * power(2, least(a.wakes, 20)), ?)
                        else ? end),
                    deliver_at = least(a.deliver_at, clock_timestamp()),
                    wakes = a.wakes + case when o.status in ('sleeping', 'stopping') then 1 else 0 end
                from due d join actor o on o.id = d.actor_id
                where a.actor_id = d.actor_id and a.name = d.name
                returning a.actor_id, a.name, o.status in ('sleeping', 'stopping') as rests
                """,
                (row, _) -> new Looked(new ActorId(uuid(row, "actor_id")), text(row, "name"), row.getBoolean("rests")),
                most,
                LONGEST_BETWEEN_WAKES.toSeconds(),
                most,
                AFTER_FIRST_WAKE.toSeconds(),
                LONGEST_BETWEEN_WAKES.toSeconds(),
                BETWEEN_LOOKS.toSeconds());
    }

    /** As if those of an actor that was to be woken had not been looked at, but for a short while. */
    void lookSoon(ActorId actor) {
        jdbc.update("""
                update actor_alarm
                set look_at = clock_timestamp() + make_interval(secs => ?), wakes = greatest(wakes - 1, 0)
                where actor_id = ? and deliver_at <= clock_timestamp() and look_at > clock_timestamp() + make_interval(secs => ?)
                """, AFTER_BEING_LOCKED.toSeconds(), actor.value(), AFTER_BEING_LOCKED.toSeconds());
    }

    /** @param rests whether it sleeps or is about to */
    record Looked(ActorId actor, String name, boolean rests) {}

    private static Alarm alarm(ResultSet row) throws SQLException {
        return new Alarm(
                text(row, "name"),
                uuid(row, "firing"),
                schedule(row),
                new Bytes(Objects.requireNonNull(row.getBytes("payload"))),
                time(row, "scheduled_at"),
                time(row, "deliver_at"),
                row.getInt("failures"));
    }

    private static AlarmSchedule schedule(ResultSet row) throws SQLException {
        @Nullable Long periodMs = row.getObject("period_ms", Long.class);
        if (periodMs != null) {
            return new AlarmSchedule.Every(periodMs);
        }
        var cron = row.getString("cron");
        return cron == null
                ? new AlarmSchedule.Once(time(row, "scheduled_at").toEpochMilli())
                : new AlarmSchedule.Cron(cron, text(row, "time_zone"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getTimestamp(column)).toInstant();
    }

    private static UUID uuid(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, UUID.class));
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getString(column));
    }
}
