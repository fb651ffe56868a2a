package rivet.controlplane.database;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * Makes the connections of a pool, and knows those that are open. While Postgres is away it tries again and again: a pool
 * that is told of each failure waits for longer and longer, and would notice seconds late that Postgres is back. Thread-safe.
 */
final class PostgresConnections extends DriverManagerDataSource {

    private static final Logger log = LoggerFactory.getLogger(PostgresConnections.class);

    private static final long TRY_EVERY_MS = 100;

    /** After that the pool is told, so that whoever waits for a connection learns why there is none. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final String name;
    private final Failovers failovers;
    private final LongSupplier monotonic;
    private final Set<Connection> open = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private volatile boolean away;

    PostgresConnections(String name, String url, Properties properties, Failovers failovers, LongSupplier monotonic) {
        super(url, properties);
        this.name = name;
        this.failovers = failovers;
        this.monotonic = monotonic;
    }

    @Override
    public Connection getConnection() throws SQLException {
        long begun = monotonic.getAsLong();
        while (true) {
            try {
                var connection = greeted();
                open.add(connection);
                tell(false, "");
                return connection;
            } catch (SQLException e) {
                if (!isAway(e) || monotonic.getAsLong() - begun > LONGEST.toNanos()) {
                    throw e;
                }
                tell(true, e.toString());
                pause(e);
            }
        }
    }

    private Connection greeted() throws SQLException {
        var connection = super.getConnection();
        try {
            failovers.greet(connection);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Whoever waits for an answer learns that there is none. */
    void abort() {
        for (var connection : List.copyOf(open)) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                log.atDebug().setCause(e).log("a connection could not be aborted");
            }
        }
        open.clear();
    }

    /** Not there, or not ready yet; what else can be wrong does not mend itself. */
    private static boolean isAway(SQLException e) {
        var state = String.valueOf(e.getSQLState());
        return state.startsWith("08") || state.equals("57P03");
    }

    /** Whether nobody answered, although somebody may be there. */
    static boolean isSilent(SQLException e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private void tell(boolean isAway, String cause) {
        if (away != isAway) {
            away = isAway;
            var line = isAway ? log.atWarn().addKeyValue("cause", cause) : log.atInfo();
            line.addKeyValue("pool", name).log(isAway ? "Postgres cannot be reached" : "Postgres is there again");
        }
    }

    private static void pause(SQLException cause) throws SQLException {
        try {
            Thread.sleep(TRY_EVERY_MS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw cause;
        }
    }

    /** The driver has time limits of its own among the properties. */
    @Override
    public void setLoginTimeout(int seconds) {}

    /** How long a pool that is closed waits for an attempt under way. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }
}
