package rivet.controlplane.audit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param retention older entries are removed
 * @param maxEntries and so are the oldest beyond this
 */
@ConfigurationProperties("rivet.audit")
record AuditSettings(Duration retention, long maxEntries) {

    AuditSettings {
        if (retention.isNegative() || maxEntries < 0) {
            throw new IllegalArgumentException("rivet.audit.retention: %s, max-entries: %d (expected: neither negative)"
                    .formatted(retention, maxEntries));
        }
    }
}
