package rivet.controlplane.database;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the simulation builds of this room. */
public final class DatabaseDoor {

    private static final DatabaseConfig CONFIG = new DatabaseConfig();

    private DatabaseDoor() {}

    public static JdbcClient jdbc(DataSource database) {
        return CONFIG.jdbc(database);
    }

    public static Transactions transactions(DataSource database) {
        return new Transactions(CONFIG.transactionManager(database, List.of()));
    }
}
