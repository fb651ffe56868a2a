package rivet.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call that did not succeed. The subclasses say what it means for the caller, whatever the status code was; {@link #code()}
 * says precisely what happened and stays the same between versions, while messages are for people and may change.
 */
public abstract sealed class RivetException extends RuntimeException {

    private final transient Failure failure;

    RivetException(Failure failure, @Nullable Throwable cause) {
        super(failure.toString(), cause);
        this.failure = failure;
    }

    /**
     * The stable code, such as {@code ACTOR_NOT_FOUND}. Codes of this client itself, where no server was heard, begin with
     * {@code CLIENT_}; an answer that was not of a Rivet server has {@code HTTP_} and the status.
     *
     * @return never empty
     */
    public String code() {
        return failure.code();
    }

    /**
     * The HTTP status of the answer.
     *
     * @return 400 to 599, or 0 if there was no answer
     */
    public int status() {
        return failure.status();
    }

    /**
     * The id under which the server's log has this request.
     *
     * @return empty if no Rivet server answered
     */
    public Optional<String> rayId() {
        return Optional.ofNullable(failure.rayId());
    }

    /** What is known of a failure. @param message for people, without the code */
    record Failure(String code, String message, @Nullable String rayId, int status) {

        static Failure ofClient(String code, String message) {
            return new Failure(code, message, null, 0);
        }

        @Override
        public String toString() {
            var ray = rayId == null ? "" : " (ray " + rayId + ")";
            return code + ": " + message + ray;
        }
    }

    /** What the call was about does not exist, or not in this project and environment. */
    public static final class NotFound extends RivetException {
        NotFound(Failure failure) {
            super(failure, null);
        }
    }

    /** The world is not in the state that the call needs; the same call may succeed later. */
    public static final class Conflict extends RivetException {
        Conflict(Failure failure) {
            super(failure, null);
        }
    }

    /** The request itself is wrong, and will be however often it is sent. */
    public static final class Invalid extends RivetException {

        private final @Nullable String field;
        private final @Nullable String expected;

        Invalid(Failure failure, @Nullable String field, @Nullable String expected) {
            super(failure, null);
            this.field = field;
            this.expected = expected;
        }

        /**
         * The field at fault, as it is called on the wire.
         *
         * @return such as {@code lifecycle.kill_timeout}; empty if no single field is
         */
        public Optional<String> field() {
            return Optional.ofNullable(field);
        }

        /**
         * What the server would have taken, in words.
         *
         * @return such as {@code 0 to 7200000}; empty if the server did not say
         */
        public Optional<String> expected() {
            return Optional.ofNullable(expected);
        }
    }

    /** No token was sent where one is needed, or it is not, or no longer, valid. */
    public static final class Unauthorized extends RivetException {
        Unauthorized(Failure failure) {
            super(failure, null);
        }
    }

    /** The token is valid and does not allow this. */
    public static final class Forbidden extends RivetException {
        Forbidden(Failure failure) {
            super(failure, null);
        }
    }

    /** Too many requests, after the retries that this client makes by itself. */
    public static final class RateLimited extends RivetException {

        private final @Nullable Duration retryAfter;

        RateLimited(Failure failure, @Nullable Duration retryAfter) {
            super(failure, null);
            this.retryAfter = retryAfter;
        }

        /**
         * When the server wants to hear the next request.
         *
         * @return counted from the answer; empty if the server did not say
         */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }

    /**
     * The server was not reached or says that it cannot answer now (status 502, 503, 504). Whether a call that changes
     * something had its effect is unknown.
     */
    public static final class Unavailable extends RivetException {

        private final @Nullable Duration retryAfter;

        Unavailable(Failure failure, @Nullable Duration retryAfter, @Nullable Throwable cause) {
            super(failure, cause);
            this.retryAfter = retryAfter;
        }

        /**
         * When the server wants to hear the next request.
         *
         * @return counted from the answer; empty if the server did not say
         */
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }

    /**
     * The server failed, has not the feature (status 501), or answered what this client does not understand. Whether a call
     * that changes something had its effect is unknown.
     */
    public static final class ServerFault extends RivetException {
        ServerFault(Failure failure, @Nullable Throwable cause) {
            super(failure, cause);
        }
    }

    /**
     * The time that the caller or the settings gave ran out first. Whether a call that changes something had its effect is
     * unknown.
     */
    public static final class TimedOut extends RivetException {
        TimedOut(Failure failure) {
            super(failure, null);
        }
    }

    /** What was waited for can no longer happen, because the actor was destroyed. */
    public static final class ActorEnded extends RivetException {

        private final transient Actor actor;

        ActorEnded(Actor actor) {
            super(Failure.ofClient("CLIENT_ACTOR_ENDED", said(actor)), null);
            this.actor = actor;
        }

        private static String said(Actor actor) {
            var reason = actor.reason();
            return "actor %s is %s%s".formatted(actor.id(), actor.state(), reason == null ? "" : ", reason " + reason);
        }

        /**
         * The actor at its end.
         *
         * @return with its state and reason
         */
        public Actor actor() {
            return actor;
        }
    }
}
