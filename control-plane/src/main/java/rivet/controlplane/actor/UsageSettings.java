package rivet.controlplane.actor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param retention runs that ended longer ago are forgotten, and usage knows nothing of them
 * @param points of one series at most
 * @param series in one answer at most
 */
@ConfigurationProperties("rivet.usage")
record UsageSettings(Duration retention, int points, int series) {

    UsageSettings {
        if (retention.isNegative() || points < 1 || series < 1) {
            throw new IllegalArgumentException(
                    "rivet.usage: %s, %d points, %d series (expected: not negative, at least 1 and 1)"
                            .formatted(retention, points, series));
        }
    }
}
