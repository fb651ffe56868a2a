package rivet.protocol.link;

/** Why an actor's process is gone. */
public enum DownReason {
    /** It left by itself; the exit code says whether it completed (0) or crashed. */
    EXITED,
    /** A stop was wanted, and it is done. */
    STOPPED,
    /** It did not leave within its grace and was killed. */
    KILLED,
    /** The build could not be fetched, or its bytes do not have the digest they should have. */
    BUILD_UNAVAILABLE,
    /** What it had in its directory could not be brought here. */
    DIR_UNAVAILABLE,
    /** The process could not be started. */
    SPAWN_FAILED,
    /** A port did not accept connections within the start deadline. */
    PORT_NOT_OPEN,
    /** Its ports are open, but it was not ready within the start deadline. */
    NOT_READY,
    /** It ran, and did not answer its liveness checks. */
    NOT_LIVE,
    /** It used more memory than its limit. */
    OUT_OF_MEMORY,
    /** The agent was stopped, and its actors with it. */
    AGENT_STOPPED,
    /** The agent came back and the process that it had started was gone. */
    AGENT_RESTARTED,
    /** The agent was silent for so long that the control plane gave it up; no agent reports this. */
    AGENT_LOST;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
