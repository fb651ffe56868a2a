package rivet.controlplane.tenancy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;

/** The door: finds an environment by its slugs. */
@Component
public final class Environments {

    private static final String DEFAULT = "default";

    private final JdbcClient jdbc;

    /** Only what exists is kept, and environments are few and never change. */
    private final Map<String, Environment> known = new ConcurrentHashMap<>();

    Environments(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public Environment byDefault() {
        return find(DEFAULT, DEFAULT);
    }

    public Environment find(String project, String environment) {
        var kept = known.get(project + "/" + environment);
        return kept == null ? read(project, environment) : kept;
    }

    private Environment read(String project, String environment) {
        var found = jdbc.sql("""
                select e.id, e.slug, p.id as project_id, p.slug as project_slug
                from environment e join project p on p.id = e.project_id
                where p.slug = :project and e.slug = :environment
                """)
                .param("project", project)
                .param("environment", environment)
                .query(Environment.class)
                .optional()
                .orElseThrow(() -> absent(project, environment));
        known.put(project + "/" + environment, found);
        return found;
    }

    private Problem absent(String project, String environment) {
        var projects = jdbc.sql("select count(*) from project where slug = :slug")
                .param("slug", project)
                .query(Long.class)
                .single();
        return projects == 0
                ? Problem.notFound("PROJECT_NOT_FOUND", "project: no '%s'".formatted(project))
                        .at("project")
                : Problem.notFound("ENVIRONMENT_NOT_FOUND", "environment: no '%s'".formatted(environment))
                        .at("environment");
    }
}
