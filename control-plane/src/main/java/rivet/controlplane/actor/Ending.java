package rivet.controlplane.actor;

import org.jspecify.annotations.Nullable;
import rivet.protocol.link.DownReason;

/** How a copy of an actor ended. @param message for people */
record Ending(
        DownReason reason,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        String message) {

    boolean completed() {
        return reason == DownReason.EXITED && exitCode != null && exitCode == 0;
    }

    /** The agent went and took the actor with it: not the actor's fault. */
    boolean byAgent() {
        return switch (reason) {
            case AGENT_STOPPED, AGENT_RESTARTED, AGENT_LOST -> true;
            case EXITED,
                    STOPPED,
                    KILLED,
                    BUILD_UNAVAILABLE,
                    DIR_UNAVAILABLE,
                    SPAWN_FAILED,
                    PORT_NOT_OPEN,
                    NOT_READY,
                    NOT_LIVE,
                    OUT_OF_MEMORY -> false;
        };
    }

    /** A stable code for people and programs. */
    String code() {
        if (completed()) {
            return "completed";
        }
        return switch (reason) {
            case EXITED -> "crashed";
            case AGENT_STOPPED, AGENT_RESTARTED -> "agent_restarted";
            case AGENT_LOST -> "agent_lost";
            case STOPPED,
                    KILLED,
                    BUILD_UNAVAILABLE,
                    DIR_UNAVAILABLE,
                    SPAWN_FAILED,
                    PORT_NOT_OPEN,
                    NOT_READY,
                    NOT_LIVE,
                    OUT_OF_MEMORY -> reason.toString();
        };
    }
}
