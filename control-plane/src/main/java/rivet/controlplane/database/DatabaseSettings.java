package rivet.controlplane.database;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param heartbeatPoolSize of the pool that serves nothing but agents' heartbeats
 * @param heartbeatTimeout how long one waits for a connection of that pool, and how long its statement may take
 * @param patience how long Postgres may take to answer a question that asks for nothing; then it is away for all who wait
 * @param test whether it is a database that may lose what was acknowledged
 */
@ConfigurationProperties("rivet.database")
record DatabaseSettings(
        String url,
        String user,
        String password,
        int poolSize,
        int heartbeatPoolSize,
        Duration heartbeatTimeout,
        Duration acquireTimeout,
        Duration statementTimeout,
        Duration lockTimeout,
        Duration patience,
        boolean test) {

    DatabaseSettings {
        if (poolSize < 2 || heartbeatPoolSize < 1) {
            throw new IllegalArgumentException(
                    "rivet.database.pool-size: %d, heartbeat-pool-size: %d (expected: at least 2 and 1)"
                            .formatted(poolSize, heartbeatPoolSize));
        }
    }

    /** Settings hold a password; a log line must not. */
    @Override
    public String toString() {
        return "DatabaseSettings[url=%s, user=%s, password=***]".formatted(url, user);
    }
}
