package rivet.cli.deploy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import rivet.cli.terminal.Output;

/** Says now and then how far an upload is; nothing of one that is over soon. Thread-safe. */
final class UploadProgress {

    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final String name;
    private final long totalBytes;
    private final Output output;
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicLong saidAt = new AtomicLong(System.nanoTime());

    UploadProgress(String name, long totalBytes, Output output) {
        this.name = name;
        this.totalBytes = totalBytes;
        this.output = output;
    }

    void sent(int bytes) {
        long sent = sentBytes.addAndGet(bytes);
        long last = saidAt.get();
        long now = System.nanoTime();
        if (now - last > INTERVAL.toNanos() && saidAt.compareAndSet(last, now)) {
            output.progress("%s: %s of %s sent (%d %%)"
                    .formatted(name, Output.size(sent), Output.size(totalBytes), 100 * sent / totalBytes));
        }
    }
}
