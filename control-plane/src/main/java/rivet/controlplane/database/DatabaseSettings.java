package rivet.controlplane.database;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param heartbeatPoolSize of the pool that serves nothing but agents' heartbeats
 * @param storePoolSize of the pool that serves nothing but actors' stores
 */
@ConfigurationProperties("rivet.database")
record DatabaseSettings(
        String url,
        String user,
        String password,
        int poolSize,
        int heartbeatPoolSize,
        int storePoolSize,
        Duration acquireTimeout,
        Duration statementTimeout,
        Duration lockTimeout) {

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
