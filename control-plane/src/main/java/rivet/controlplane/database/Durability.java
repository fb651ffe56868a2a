package rivet.controlplane.database;

import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What was acknowledged is on the disk: a Postgres that is told to be careless about that is refused. */
final class Durability {

    private static final Logger log = LoggerFactory.getLogger(Durability.class);

    private Durability() {}

    static void check(DataSource database, DatabaseSettings settings) {
        var careless = JdbcClient.create(database).sql("""
                select name from pg_settings
                where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name
                """).query(String.class).list();
        if (careless.isEmpty()) {
            return;
        }
        var what =
                "Postgres has %s = off and may lose what was acknowledged".formatted(String.join(" = off, ", careless));
        if (!settings.test()) {
            throw new IllegalStateException(
                    what + " (expected: on; or rivet.database.test=true for a database that may)");
        }
        log.warn(what);
    }
}
