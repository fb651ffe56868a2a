package rivet.agent.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings bytes from elsewhere into a file: checked while they come, given up where they come too slowly or not at all, and tried
 * again after that.
 *
 * @param look how often it is looked how many have come
 * @param leastBytes in that time, unless they are the last
 */
public record Download(Duration look, long leastBytes) {

    /** 256 KiB/s. */
    public static final Download USUAL = new Download(Duration.ofSeconds(30), 30 * 256 * 1024);

    private static final Logger log = LoggerFactory.getLogger(Download.class);

    /** A control plane that restarts is away for seconds, and an actor that is not durable has only one start. */
    private static final int TRIES = 4;

    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Executor THREADS = Thread.ofVirtual().name("fetch-", 0)::start;

    /** @param what such as {@code build 7…}, for people */
    public record Expected(String what, long sizeBytes, String sha256) {}

    /** Where bytes come from; who asks closes the stream. */
    @FunctionalInterface
    public interface Source {

        InputStream open() throws IOException, InterruptedException;
    }

    /** @throws BuildUnavailable other bytes came than are expected, which trying again does not mend */
    public void to(Path target, Expected expected, Source source) throws IOException, InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                once(target, expected, source);
                return;
            } catch (IOException e) {
                if (tries == TRIES) {
                    throw e;
                }
                log.atWarn().addKeyValue("what", expected.what()).setCause(e).log("a download failed: trying again");
                Thread.sleep(PAUSE.multipliedBy(tries));
            }
        }
    }

    private void once(Path target, Expected expected, Source source) throws IOException, InterruptedException {
        var finished = new AtomicBoolean();
        try (var in = source.open();
                var verified = new Verified(in, expected);
                var out = Files.newOutputStream(target)) {
            watch(verified, 0, finished);
            verified.transferTo(out);
            verified.check();
        } finally {
            finished.set(true);
        }
    }

    private void watch(Verified in, long before, AtomicBoolean finished) {
        CompletableFuture.delayedExecutor(look.toMillis(), TimeUnit.MILLISECONDS, THREADS)
                .execute(() -> {
                    long now = in.count();
                    if (finished.get()) {
                        return;
                    }
                    if (now - before >= leastBytes) {
                        watch(in, now, finished);
                    } else {
                        giveUp(in);
                    }
                });
    }

    private static void giveUp(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            log.atDebug().setCause(e).log("a slow download could not be closed");
        }
    }
}
