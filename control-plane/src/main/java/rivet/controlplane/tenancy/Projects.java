package rivet.controlplane.tenancy;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.web.Problem;

/** The door for making, listing and deleting projects and environments. Thread-safe. */
@Component
public final class Projects {

    private final JdbcClient jdbc;
    private final Transactions transactions;

    Projects(JdbcClient jdbc, Transactions transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** In the order of their slugs. */
    public List<Tenant> list() {
        return jdbc.sql("select id, slug, created_at from project order by slug")
                .query(Projects::tenant)
                .list();
    }

    /** In the order of their slugs. @throws Problem 404 without such a project */
    public List<Tenant> environments(String project) {
        return jdbc.sql("""
                select id, slug, created_at from environment where project_id = :project order by slug
                """)
                .param("project", find(project))
                .query(Projects::tenant)
                .list();
    }

    /** @throws Problem 409 where the slug is taken */
    public Tenant create(String slug) {
        return transactions.run(() -> jdbc.sql("""
                insert into project (slug) values (:slug) on conflict do nothing returning id, slug, created_at
                """)
                .param("slug", slug)
                .query(Projects::tenant)
                .optional()
                .orElseThrow(() -> taken("PROJECT_ALREADY_EXISTS", slug)));
    }

    /** @throws Problem 404 without such a project, 409 where the slug is taken in it */
    public Tenant createEnvironment(String project, String slug) {
        return transactions.run(() -> jdbc.sql("""
                insert into environment (project_id, slug) values (:project, :slug)
                on conflict do nothing returning id, slug, created_at
                """)
                .param("project", find(project))
                .param("slug", slug)
                .query(Projects::tenant)
                .optional()
                .orElseThrow(() -> taken("ENVIRONMENT_ALREADY_EXISTS", slug)));
    }

    /** @throws Problem 404 without such a project, 409 where it has environments */
    public void delete(String project) {
        deleteRow(
                "delete from project where id = :id",
                find(project),
                "PROJECT_NOT_EMPTY",
                "project: '%s' has environments (expected: none)".formatted(project));
    }

    /**
     * Its tokens go with it.
     *
     * @throws Problem 404 without such an environment, 409 where it has, or ever had, anything in it
     */
    public void delete(Environment environment) {
        if (environment.slug().equals(Environments.DEFAULT)
                && environment.projectSlug().equals(Environments.DEFAULT)) {
            throw Problem.conflict("ENVIRONMENT_IS_DEFAULT", "environment: default/default cannot be deleted");
        }
        deleteRow(
                "delete from environment where id = :id",
                environment.id(),
                "ENVIRONMENT_NOT_EMPTY",
                "environment: '%s' is not empty (expected: no builds, and no actors, destroyed ones included)"
                        .formatted(environment.slug()));
    }

    /** What refers to the row keeps it: nothing new can come in between a look and the deletion. */
    private void deleteRow(String sql, UUID id, String code, String message) {
        try {
            transactions.run(() -> jdbc.sql(sql).param("id", id).update());
        } catch (DataIntegrityViolationException _) {
            throw Problem.conflict(code, message);
        }
    }

    private UUID find(String project) {
        Environments.requireProjectSlug(project);
        return jdbc.sql("select id from project where slug = :slug")
                .param("slug", project)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> Environments.absentProject(project));
    }

    private static Problem taken(String code, String slug) {
        return Problem.conflict(code, "slug: '%s' is taken (expected: one that is not)".formatted(slug))
                .at("slug");
    }

    private static Tenant tenant(ResultSet row, int number) throws SQLException {
        return new Tenant(
                row.getObject("id", UUID.class),
                row.getString("slug"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
