package rivet.controlplane.agent;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.AgentId;

/** The rows of agents, for operators. */
@Component
final class RosterRepository {

    private final JdbcClient jdbc;

    RosterRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<Roster.Member> list(@Nullable String region, Duration fresh, int limit) {
        return members(region == null ? "true" : "region = :region", fresh, limit)
                .param("region", region)
                .query(RosterRepository::member)
                .list();
    }

    Optional<Roster.Member> find(AgentId agent, Duration fresh) {
        return members("id = :id", fresh, 1)
                .param("id", agent.value())
                .query(RosterRepository::member)
                .optional();
    }

    private JdbcClient.StatementSpec members(String which, Duration fresh, int limit) {
        return jdbc.sql("""
                select *, lost_at is not null as lost,
                    lease_at > clock_timestamp() - make_interval(secs => :fresh) as fresh,
                    cast(extract(epoch from clock_timestamp() - lease_at) * 1000 as bigint) as age_ms
                from agent
                where %s
                order by region, id limit :limit
                """.formatted(which))
                .param("fresh", fresh.toMillis() / 1000.0)
                .param("limit", limit);
    }

    /** Placement looks at the flag under the lock of the row that this takes as well: it sees it, or was there before. */
    boolean cordon(AgentId agent) {
        return jdbc.sql("update agent set cordoned_at = coalesce(cordoned_at, clock_timestamp()) where id = :id")
                        .param("id", agent.value())
                        .update()
                == 1;
    }

    boolean drain(AgentId agent, Duration deadline) {
        return jdbc.sql("""
                        update agent
                        set cordoned_at = coalesce(cordoned_at, clock_timestamp()),
                            drain_began_at = coalesce(drain_began_at, clock_timestamp()),
                            drain_until = clock_timestamp() + make_interval(secs => :deadline)
                        where id = :id
                        """)
                        .param("deadline", deadline.toMillis() / 1000.0)
                        .param("id", agent.value())
                        .update()
                == 1;
    }

    boolean uncordon(AgentId agent) {
        return jdbc.sql("""
                        update agent
                        set cordoned_at = null, drain_began_at = null, drain_until = null,
                            drain_moved = 0, drain_ended = 0, drain_failed = 0
                        where id = :id
                        """).param("id", agent.value()).update() == 1;
    }

    private static Roster.Member member(ResultSet row, int number) throws SQLException {
        return new Roster.Member(
                new AgentId(row.getObject("id", UUID.class)),
                row.getString("region"),
                standing(row),
                instant(row, "cordoned_at"),
                drain(row),
                row.getString("version"),
                row.getString("proxy_url"),
                new Reservation(row.getInt("cpu_millicores"), row.getInt("memory_mib")),
                new Reservation(row.getInt("reserved_cpu_millicores"), row.getInt("reserved_memory_mib")),
                Duration.ofMillis(row.getLong("age_ms")),
                row.getObject("joined_at", OffsetDateTime.class).toInstant());
    }

    private static Roster.@Nullable Drain drain(ResultSet row) throws SQLException {
        var began = instant(row, "drain_began_at");
        var until = instant(row, "drain_until");
        return began == null || until == null
                ? null
                : new Roster.Drain(
                        began, until, row.getInt("drain_moved"), row.getInt("drain_ended"), row.getInt("drain_failed"));
    }

    private static Roster.Standing standing(ResultSet row) throws SQLException {
        if (row.getBoolean("lost")) {
            return Roster.Standing.LOST;
        }
        return row.getBoolean("fresh") ? Roster.Standing.READY : Roster.Standing.SILENT;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
