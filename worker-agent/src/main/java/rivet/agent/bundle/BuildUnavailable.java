package rivet.agent.bundle;

import org.jspecify.annotations.Nullable;

/** The build could not be had, or is not what it should be; the message is for the actor's owner. */
public final class BuildUnavailable extends RuntimeException {

    BuildUnavailable(String message) {
        this(message, null);
    }

    BuildUnavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
