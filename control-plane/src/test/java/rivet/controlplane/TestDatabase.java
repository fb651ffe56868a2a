package rivet.controlplane;

import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database of a test class's own. */
public record TestDatabase(String url, String user, String password) {

    public JdbcClient jdbc() {
        return JdbcClient.create(new DriverManagerDataSource(url, user, password));
    }

    /** What a control plane needs to know of it. */
    public Map<String, Object> properties() {
        return Map.of("rivet.database.url", url, "rivet.database.user", user, "rivet.database.password", password);
    }

    public long count(String table) {
        return jdbc().sql("select count(*) from " + table).query(Long.class).single();
    }
}
