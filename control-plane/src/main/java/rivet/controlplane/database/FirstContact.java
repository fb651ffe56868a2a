package rivet.controlplane.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first words with a Postgres that may be starting itself: it is asked again, for a bounded while. */
final class FirstContact {

    private static final Logger log = LoggerFactory.getLogger(FirstContact.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Duration bound;
    private final LongSupplier monotonic;

    FirstContact(Duration bound, LongSupplier monotonic) {
        this.bound = bound;
        this.monotonic = monotonic;
    }

    /** @param words to be repeated until they are answered; what Postgres refuses is thrown at once */
    void speak(Runnable words) {
        long since = monotonic.getAsLong();
        while (true) {
            try {
                words.run();
                return;
            } catch (RuntimeException e) {
                var waited = Duration.ofNanos(monotonic.getAsLong() - since);
                if (!isAway(e) || waited.compareTo(bound) >= 0) {
                    throw e;
                }
                log.atWarn()
                        .addKeyValue("waited_s", waited.toSeconds())
                        .addKeyValue("at_most_s", bound.toSeconds())
                        .log("Postgres does not answer yet");
                pause(e);
            }
        }
    }

    private static void pause(RuntimeException because) {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw because;
        }
    }

    /** Connections refused or lost (08), Postgres starting or stopping (57P), too busy (53), or silent (none). */
    private static boolean isAway(Throwable thrown) {
        var sql = innermost(thrown);
        if (sql == null) {
            return false;
        }
        var state = sql.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P") || state.startsWith("53");
    }

    private static @Nullable SQLException innermost(Throwable thrown) {
        SQLException found = null;
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            found = at instanceof SQLException sql ? sql : found;
        }
        return found;
    }
}
