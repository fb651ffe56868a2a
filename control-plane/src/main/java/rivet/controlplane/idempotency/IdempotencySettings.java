package rivet.controlplane.idempotency;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** @param retention how long a key is remembered; callers rely on a day */
@ConfigurationProperties("rivet.idempotency")
record IdempotencySettings(Duration retention) {

    IdempotencySettings {
        if (retention.compareTo(Duration.ofHours(24)) < 0) {
            throw new IllegalArgumentException(
                    "rivet.idempotency.retention: %s (expected: at least 24 h)".formatted(retention));
        }
    }
}
