package rivet.actor;

/** Why an actor has to stop. */
public enum StopReason {
    /** It is destroyed, and will not be started again. */
    DESTROY,
    /** It is started again with another build. */
    UPGRADE,
    /** Its machine is taken out of service: it is started again on another if it is durable. */
    DRAIN,
    /** It is started again when somebody wants it. */
    SLEEP,
    /** It asked for the stop itself, its agent is being stopped, or nobody could be asked. */
    UNKNOWN
}
