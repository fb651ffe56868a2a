package rivet.controlplane.database;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param heartbeatPoolSize of the pool that serves nothing but agents' heartbeats
 * @param heartbeatTimeout how long one waits for a connection of that pool, and how long its statement may take
 * @param storePoolSize of the pool that serves nothing but actors' stores
 * @param startTimeout how long a control plane that starts waits for a Postgres that is not there
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
        int storePoolSize,
        Duration startTimeout,
        Duration acquireTimeout,
        Duration statementTimeout,
        Duration lockTimeout,
        Duration patience,
        boolean test) {

    DatabaseSettings {
        if (poolSize < 2 || heartbeatPoolSize < 1 || storePoolSize < 3) {
            throw new IllegalArgumentException(
                    "rivet.database.pool-size: %d, heartbeat-pool-size: %d, store-pool-size: %d (expected: at least 2, 1 and 3)"
                            .formatted(poolSize, heartbeatPoolSize, storePoolSize));
        }
    }

    /** Settings hold a password; a log line must not. */
    @Override
    public String toString() {
        return "DatabaseSettings[url=%s, user=%s, password=***]".formatted(url, user);
    }
}
