package rivet.controlplane.tenancy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;

/** The door: finds an environment by its slugs. Thread-safe. */
@Component
public final class Environments {

    static final String DEFAULT = "default";

    private final JdbcClient jdbc;

    /** The only one that is kept: any other can be deleted, and its slug be given to another. */
    private volatile @Nullable Environment byDefault;

    Environments(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Environment byDefault() {
        var known = byDefault;
        if (known == null) {
            known = find(DEFAULT, DEFAULT);
            byDefault = known;
        }
        return known;
    }

    /** @throws Problem 404 that says which of the two there is not */
    public Environment find(String project, String environment) {
        requireProjectSlug(project);
        if (!isSlug(environment)) {
            throw absent(project, environment);
        }
        return jdbc.sql("""
                select e.id, e.slug, p.id as project_id, p.slug as project_slug
                from environment e join project p on p.id = e.project_id
                where p.slug = :project and e.slug = :environment
                """)
                .param("project", project)
                .param("environment", environment)
                .query(Environment.class)
                .optional()
                .orElseThrow(() -> absent(project, environment));
    }

    private Problem absent(String project, String environment) {
        return projectExists(project) ? absentEnvironment(environment) : absentProject(project);
    }

    private boolean projectExists(String project) {
        Optional<Integer> found = jdbc.sql("select 1 from project where slug = :slug")
                .param("slug", project)
                .query(Integer.class)
                .optional();
        return found.isPresent();
    }

    /** The same for one that is not there and one that the caller may not see. */
    public static Problem absentProject(String project) {
        return Problem.notFound("PROJECT_NOT_FOUND", "project: no '%s'".formatted(project))
                .at("project");
    }

    /** The same for one that is not there and one that the caller may not see. */
    public static Problem absentEnvironment(String environment) {
        return Problem.notFound("ENVIRONMENT_NOT_FOUND", "environment: no '%s'".formatted(environment))
                .at("environment");
    }

    /** What cannot be a slug is none that there is; the database need not be asked, which could not even read some. */
    static void requireProjectSlug(String project) {
        if (!isSlug(project)) {
            throw absentProject(project);
        }
    }

    public static boolean isSlug(@Nullable String text) {
        return text != null && text.matches("[a-z0-9][a-z0-9-]{0,63}");
    }
}
