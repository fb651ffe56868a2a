package rivet.controlplane.reconcile;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** @param interval how long a lost nudge can delay anything @param pruneInterval pruning is never urgent */
@ConfigurationProperties("rivet.loops")
record LoopSettings(Duration interval, Duration pruneInterval) {}
