package rivet.protocol.link;

import java.util.Locale;

/** Why an actor is stopped, as it is told itself. */
public enum StopReason {
    /** It is destroyed, and will not be started again. */
    DESTROY,
    /** It is started again with another build. */
    UPGRADE,
    /** Its agent is taken out of service: it is started again on another if it is durable. */
    DRAIN,
    /** It is started again when somebody wants it. */
    SLEEP;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
