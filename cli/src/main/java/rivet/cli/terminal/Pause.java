package rivet.cli.terminal;

import java.time.Duration;

/** Between two looks at something that changes elsewhere. */
public final class Pause {

    private Pause() {}

    public static void of(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted while waiting");
        }
    }
}
