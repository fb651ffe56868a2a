package rivet.actor;

import org.jspecify.annotations.Nullable;

/** A call of {@link Kv} was refused, or nobody knows what became of it; {@link #code} says which. */
public final class KvException extends RuntimeException {

    private final Code code;

    KvException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What went wrong. In all cases but {@link #UNAVAILABLE} nothing was done. */
    public enum Code {
        /** A version was another one: a transaction did not succeed in 16 tries. */
        CONFLICT,
        /** A newer start of this actor exists, or the actor is destroyed: end. */
        STALE_GENERATION,
        /**
         * A write that was answered is missing, because a standby that had not heard of it took over from Postgres, or a backup was
         * restored. This start of the actor reads and writes no more; the next one finds what is there: end.
         */
        STATE_LOST,
        /** The call makes no sense, such as adding to what is no counter. */
        INVALID,
        /** A limit is reached. */
        TOO_LARGE,
        /**
         * The control plane or its database is away. Unless the message says that nothing was done, nobody knows whether the call
         * was.
         */
        UNAVAILABLE
    }

    /**
     * The kind of failure.
     *
     * @return never null
     */
    public Code code() {
        return code;
    }
}
