package rivet.controlplane.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Postgres again and again whether it is there. Where it stands still it closes no connection and answers nothing, and
 * a long statement looks the same from here; so this, which is always answered at once, tells the two apart. Whoever waits
 * then is told soon, and no statement has to be short for that.
 */
final class PostgresWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PostgresWatch.class);

    private static final Duration ASK_EVERY = Duration.ofMillis(500);

    private final PostgresConnections own;
    private final PostgresConnections watched;
    private final Thread thread = Thread.ofVirtual().name("postgres-watch").unstarted(this::run);
    private @Nullable Connection connection;

    /** @param own for the questions; its time limit is how long Postgres may take to answer one */
    PostgresWatch(PostgresConnections own, PostgresConnections watched) {
        this.own = own;
        this.watched = watched;
    }

    PostgresWatch start() {
        thread.start();
        return this;
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            ask();
            try {
                Thread.sleep(ASK_EVERY);
            } catch (InterruptedException _) {
                break;
            }
        }
        forget();
    }

    private void ask() {
        try {
            var current = connection;
            if (current == null) {
                current = own.getConnection();
                connection = current;
            }
            try (var statement = current.createStatement()) {
                statement.execute("select 1");
            }
        } catch (SQLException e) {
            forget();
            if (PostgresConnections.isSilent(e)) {
                log.atWarn()
                        .addKeyValue("cause", e.toString())
                        .log("Postgres answers nothing: all that wait for it are told");
                watched.abort();
            }
        }
    }

    private void forget() {
        var current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException _) {
                // it is gone already
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
