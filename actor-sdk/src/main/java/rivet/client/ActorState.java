package rivet.client;

import java.util.Locale;

/** Where an actor is in its life. More states may be added: a switch over them needs a default. */
public enum ActorState {
    /** Waits for room on a machine. */
    PENDING,
    /** A machine was chosen, and its process is being started. */
    STARTING,
    /** Its process runs and its ports answer. */
    RUNNING,
    /** It was running, and its machine is not heard of at the moment. */
    UNREACHABLE,
    /** It has no process and is started by the next request to it. */
    SLEEPING,
    /** It crashed, and is started again after a pause. */
    CRASH_BACKOFF,
    /** Its process was told to stop and may still be finishing. */
    STOPPING,
    /** It has ended for good. */
    DESTROYED,
    /** A state that this version of the client does not know. */
    UNKNOWN;

    /**
     * The name as the server writes it.
     *
     * @return such as {@code crash_backoff}
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
