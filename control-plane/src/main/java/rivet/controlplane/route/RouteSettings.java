package rivet.controlplane.route;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param most routes of the whole installation
 * @param historyRetention how long requests are remembered
 */
@ConfigurationProperties("rivet.routes")
record RouteSettings(int most, Duration historyRetention) {

    RouteSettings {
        if (most < 0) {
            throw new IllegalArgumentException("rivet.routes.most: %d (expected: at least 0)".formatted(most));
        }
        if (historyRetention.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException(
                    "rivet.routes.history-retention: %s (expected: at least 1m)".formatted(historyRetention));
        }
    }
}
