package rivet.controlplane.checkpoint;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param keep how many of each actor
 * @param stallTimeout how long one that is being brought may send nothing
 * @param unfinished how long what was never completed is kept
 */
@ConfigurationProperties("rivet.checkpoints")
record CheckpointSettings(int keep, Duration stallTimeout, Duration unfinished) {

    CheckpointSettings {
        if (keep < 1 || keep > 100) {
            throw new IllegalArgumentException("rivet.checkpoints.keep: %d (expected: 1 to 100)".formatted(keep));
        }
    }
}
