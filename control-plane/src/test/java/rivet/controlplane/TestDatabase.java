package rivet.controlplane;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A database of a test class's own. */
public record TestDatabase(String url, String user, String password) {

    public JdbcClient jdbc() {
        return JdbcClient.create(new DriverManagerDataSource(url, user, password));
    }

    /** What a control plane needs to know of it. */
    public Map<String, Object> properties() {
        return Map.of(
                "rivet.database.url", url,
                "rivet.database.user", user,
                "rivet.database.password", password,
                "rivet.database.test", true);
    }

    public long count(String table) {
        return jdbc().sql("select count(*) from " + table).query(Long.class).single();
    }

    /**
     * A digest of each table's rows: a request that was refused leaves all of them as they were. Without the audit trail, which
     * tells of refusals as well, and without the signs of life of replicas.
     */
    public Map<String, String> contents() {
        try (var connection = new SingleConnectionDataSource(url, user, password, true)) {
            var jdbc = JdbcClient.create(connection);
            var contents = new TreeMap<String, String>();
            tables(jdbc).forEach(table -> contents.put(table, digest(jdbc, table)));
            List.of("audit_entry", "replica", "replica_list").forEach(contents::remove);
            return contents;
        }
    }

    /** All tables of ours. */
    public List<String> tables() {
        return tables(jdbc());
    }

    private static List<String> tables(JdbcClient jdbc) {
        return jdbc.sql("""
                select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'public' and c.relkind in ('r', 'p') and relname <> 'flyway_schema_history'
                order by relname
                """).query((row, _) -> row.getString("relname")).list();
    }

    private static String digest(JdbcClient jdbc, String table) {
        return jdbc.sql("""
                        select count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, chr(10) order by t::text)), '')
                        from %s t
                        """.formatted(table)).query(String.class).single();
    }
}
