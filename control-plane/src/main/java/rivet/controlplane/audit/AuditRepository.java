package rivet.controlplane.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows of the audit trail. */
@Component
final class AuditRepository {

    private final JdbcClient jdbc;

    AuditRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What is entered already is only corrected. */
    void save(Attempt attempt) {
        var entry = attempt.entry();
        if (entry == null) {
            insert(attempt);
        } else if (!attempt.isUpToDate()) {
            update(entry, attempt);
        }
    }

    long insert(Attempt attempt) {
        var change = attempt.change();
        var where = change.where();
        return jdbc.sql("""
                insert into audit_entry (token_id, token_name, operation, target, environment_id, project, environment,
                    address, outcome, ray_id)
                values (:tokenId, :tokenName, :operation, :target, :environmentId, :project, :environment,
                    :address, :outcome, :ray)
                returning id
                """)
                .param("tokenId", change.who().tokenId())
                .param("tokenName", change.who().tokenName())
                .param("operation", change.operation())
                .param("target", attempt.target())
                .param("environmentId", where == null ? null : where.environmentId())
                .param("project", where == null ? null : where.project())
                .param("environment", where == null ? null : where.environment())
                .param("address", change.address())
                .param("outcome", attempt.outcome())
                .param("ray", change.ray())
                .query(Long.class)
                .single();
    }

    private void update(long entry, Attempt attempt) {
        jdbc.sql("update audit_entry set target = :target, outcome = :outcome where id = :id")
                .param("id", entry)
                .param("target", attempt.target())
                .param("outcome", attempt.outcome())
                .update();
    }

    List<AuditEntry> page(@Nullable UUID environment, @Nullable Long before, int limit) {
        return jdbc.sql("""
                select * from audit_entry
                where (cast(:environment as uuid) is null or environment_id = cast(:environment as uuid))
                  and (cast(:before as bigint) is null or id < cast(:before as bigint))
                order by id desc limit :limit
                """)
                .param("environment", environment)
                .param("before", before)
                .param("limit", limit)
                .query(AuditRepository::entry)
                .list();
    }

    /**
     * Looks at the oldest only: ids were given in the order of time. And they count the entries closely enough, for the few
     * that were lost to changes that were rolled back.
     */
    int prune(Duration retention, long most, int limit) {
        return jdbc.sql("""
                delete from audit_entry where id in (
                    select id from (select id, at from audit_entry order by id limit :limit) oldest
                    where at < clock_timestamp() - make_interval(secs => :age)
                       or id <= (select max(id) from audit_entry) - :most)
                """)
                .param("age", retention.toSeconds())
                .param("most", most)
                .param("limit", limit)
                .update();
    }

    private static AuditEntry entry(ResultSet row, int number) throws SQLException {
        var environment = row.getObject("environment_id", UUID.class);
        return new AuditEntry(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new Change(
                        new Change.Who(row.getObject("token_id", UUID.class), row.getString("token_name")),
                        row.getString("operation"),
                        row.getString("target"),
                        environment == null
                                ? null
                                : new Change.Where(environment, row.getString("project"), row.getString("environment")),
                        row.getString("address"),
                        row.getString("ray_id")),
                row.getString("outcome"));
    }
}
