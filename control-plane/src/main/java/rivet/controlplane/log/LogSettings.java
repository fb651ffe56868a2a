package rivet.controlplane.log;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** @param watchTimeout how long a reader may wait for the next line */
@ConfigurationProperties("rivet.logs")
public record LogSettings(int linesPerActor, Duration retention, Duration watchTimeout) {

    public LogSettings {
        if (linesPerActor < 1 || retention.isNegative()) {
            throw new IllegalArgumentException("rivet.logs: %d lines per actor, %s (expected: at least 1, not negative)"
                    .formatted(linesPerActor, retention));
        }
    }
}
