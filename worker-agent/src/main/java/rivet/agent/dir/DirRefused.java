package rivet.agent.dir;

import org.jspecify.annotations.Nullable;

/** Why something was not done with an actor's directory; nothing was, unless it is {@link Kind#UNAVAILABLE}. */
public final class DirRefused extends Exception {

    private final Kind kind;

    public enum Kind {
        /** A newer generation of the actor has it, or the actor is destroyed. */
        STALE,
        /** More is in it than may be. */
        TOO_LARGE,
        /** It was written to while it was read. */
        BUSY,
        /** The control plane cannot be reached, or this disk cannot be used. */
        UNAVAILABLE
    }

    public DirRefused(Kind kind, String message) {
        this(kind, message, null);
    }

    public DirRefused(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
