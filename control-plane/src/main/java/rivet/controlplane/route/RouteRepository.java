package rivet.controlplane.route;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.TagsColumn;

/** The rows of routes. */
@Component
final class RouteRepository {

    private final JdbcClient jdbc;

    RouteRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param revision of just these routes */
    record All(long revision, List<Route> routes) {}

    /** Until the transaction ends nobody else changes any route: there are few changes, and each looks at others. */
    void lockAll() {
        jdbc.sql("select revision from route_set for no key update")
                .query(Long.class)
                .single();
    }

    void bumpRevision() {
        jdbc.sql("update route_set set revision = revision + 1").update();
    }

    long revision() {
        return jdbc.sql("select revision from route_set").query(Long.class).single();
    }

    /** @param bytes about what they take as JSON, names of fields left out */
    record Size(long routes, long bytes) {}

    Size size() {
        return jdbc.sql("""
                select count(*) as routes,
                    coalesce(sum(octet_length(hostname) + octet_length(path) + octet_length(selector_tags::text)), 0) as bytes
                from route
                """)
                .query((row, _) -> new Size(row.getLong("routes"), row.getLong("bytes")))
                .single();
    }

    /** One statement sees one instant. */
    All all() {
        var routes = new ArrayList<Route>();
        var revisions = jdbc.sql("""
                select s.revision, r.* from route_set s left join route r on true order by r.environment_id, r.name
                """)
                .query((row, number) -> {
                    if (row.getString("name") != null) {
                        routes.add(route(row, number));
                    }
                    return row.getLong("revision");
                })
                .list();
        return new All(revisions.getFirst(), routes);
    }

    List<Route> of(UUID environment) {
        return jdbc.sql("select * from route where environment_id = :environment order by name")
                .param("environment", environment)
                .query(RouteRepository::route)
                .list();
    }

    Optional<Route> find(UUID environment, String name) {
        return jdbc.sql("select * from route where environment_id = :environment and name = :name")
                .param("environment", environment)
                .param("name", name)
                .query(RouteRepository::route)
                .optional();
    }

    List<Route> withHostname(String hostname) {
        return jdbc.sql("select * from route where hostname = :hostname")
                .param("hostname", hostname)
                .query(RouteRepository::route)
                .list();
    }

    void put(UUID environment, String name, RouteDraft draft) {
        jdbc.sql("""
                insert into route (environment_id, name, hostname, path, route_subpaths, strip_prefix, selector_tags)
                values (:environment, :name, :hostname, :path, :subpaths, :strip, cast(:tags as jsonb))
                on conflict (environment_id, name) do update set
                    hostname = excluded.hostname, path = excluded.path, route_subpaths = excluded.route_subpaths,
                    strip_prefix = excluded.strip_prefix, selector_tags = excluded.selector_tags,
                    updated_at = clock_timestamp()
                """)
                .param("environment", environment)
                .param("name", name)
                .param("hostname", draft.hostname())
                .param("path", draft.path())
                .param("subpaths", draft.routeSubpaths())
                .param("strip", draft.stripPrefix())
                .param("tags", TagsColumn.write(draft.selectorTags()))
                .update();
    }

    boolean delete(UUID environment, String name) {
        return jdbc.sql("delete from route where environment_id = :environment and name = :name")
                        .param("environment", environment)
                        .param("name", name)
                        .update()
                == 1;
    }

    private static Route route(ResultSet row, int number) throws SQLException {
        return new Route(
                row.getObject("environment_id", UUID.class),
                row.getString("name"),
                row.getString("hostname"),
                row.getString("path"),
                row.getBoolean("route_subpaths"),
                row.getBoolean("strip_prefix"),
                TagsColumn.read(row.getString("selector_tags")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
