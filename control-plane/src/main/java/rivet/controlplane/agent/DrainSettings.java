package rivet.controlplane.agent;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param batch how many actors of an agent that is drained are being stopped at a time
 * @param deadline of a drain whose caller says nothing
 * @param longest that a caller may say
 */
@ConfigurationProperties("rivet.drain")
public record DrainSettings(int batch, Duration deadline, Duration longest) {

    public DrainSettings {
        if (batch < 1) {
            throw new IllegalArgumentException("rivet.drain.batch: %d (expected: at least 1)".formatted(batch));
        }
        if (deadline.isNegative() || deadline.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "rivet.drain.deadline: %s, longest: %s (expected: 0 <= deadline <= longest)"
                            .formatted(deadline, longest));
        }
    }
}
