package rivet.controlplane.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.protocol.link.StopReason;

/** Where an actor is in its life. Each state carries what is true in it and nothing else. */
sealed interface ActorState {

    /** Also in an index. */
    String DRAIN_BLOCKED = "drain_blocked";

    String WAITS_UNTIL_IDLE = "waits_until_idle";

    Instant since();

    /** Waits for an agent. @param crashes in a row so far @param placeBy until when; absent: as long as it takes */
    record Pending(
            Instant since,
            Waiting reason,
            int crashes,
            @Nullable Instant placeBy) implements ActorState {

        /** Waits as long as it takes. */
        Pending(Instant since, Waiting reason, int crashes) {
            this(since, reason, crashes, null);
        }
    }

    record Starting(Instant since, Assignment at, int crashes) implements ActorState {}

    /**
     * @param ports name → number on the agent's loopback
     * @param drainBlocked whether its agent is to be emptied and no other has room for it
     * @param upgrade that waits until nobody uses it; absent: none does
     */
    record Running(
            Instant since,
            Assignment at,
            Map<String, Integer> ports,
            int crashes,
            boolean drainBlocked,
            @Nullable IdleWait upgrade)
            implements ActorState {

        /** Nothing keeps it where it is. */
        Running(Instant since, Assignment at, Map<String, Integer> ports, int crashes) {
            this(since, at, ports, crashes, false, null);
        }

        Running withDrainBlocked(boolean blocked) {
            return new Running(since, at, ports, crashes, blocked, upgrade);
        }

        Running withUpgrade(@Nullable IdleWait waiting) {
            return new Running(since, at, ports, crashes, drainBlocked, waiting);
        }
    }

    /** A new build waits until nobody uses the actor. @param until at the latest @param then what is done if it is used still */
    record IdleWait(Instant since, Instant until, UpgradePolicy.AtDeadline then) {}

    /** Crashed, and is not started again before {@code retryAt}. */
    record CrashBackoff(Instant since, Instant retryAt, Ending last, int crashes) implements ActorState {}

    /**
     * @param grace from the termination signal to the kill; counted by the agent
     * @param drain how long what it has may go on before the signal; absent: it is not waited for
     */
    record Stopping(
            Instant since,
            Assignment at,
            Duration grace,
            Then then,
            @Nullable Duration drain) implements ActorState {

        /** Without waiting for what has no end of its own. */
        Stopping(Instant since, Assignment at, Duration grace, Then then) {
            this(since, at, grace, then, null);
        }
    }

    /** Nothing of it runs and no agent holds it; it is started again when somebody wants it. @param reason a stable code */
    record Sleeping(Instant since, String reason) implements ActorState {}

    /** @param reason a stable code @param last how its last copy ended; absent if no copy ran then */
    record Destroyed(Instant since, String reason, @Nullable Ending last) implements ActorState {}

    /** Why an actor has no agent. */
    enum Waiting {
        QUEUED,
        NO_AGENTS_IN_REGION,
        NO_CAPACITY,
        ALL_CORDONED,
        CRASHED,
        AGENT_RESTARTED,
        AGENT_LOST,
        UPGRADED,
        /** Its new build did not become ready, and so it has the one before again. */
        ROLLED_BACK,
        DRAIN,
        WOKEN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What follows a stop. */
    enum Then {
        DESTROY,
        RESTART,
        /** Its agent is emptied: it is started again on another. */
        MOVE,
        /** Its agent is emptied, and it is not durable: it is destroyed. */
        END,
        /** It is put to sleep. */
        SLEEP,
        /** It is put to sleep because nobody has used it for a while. */
        IDLE,
        /** It wants to sleep itself. */
        ASKED,
        /** It was to sleep, and is wanted again: it is started again at once. */
        WAKE;

        /** Whether the actor is started again. */
        boolean goesOn() {
            return switch (this) {
                case RESTART, MOVE, WAKE -> true;
                case DESTROY, END, SLEEP, IDLE, ASKED -> false;
            };
        }

        /** Those after which the actor is started again, as rows name them: an array in SQL. */
        static String thatGoOn() {
            return Arrays.stream(values())
                    .filter(Then::goesOn)
                    .map(Then::toString)
                    .collect(Collectors.joining(",", "{", "}"));
        }

        /** Whether it is asleep then. */
        boolean sleeps() {
            return switch (this) {
                case SLEEP, IDLE, ASKED -> true;
                case DESTROY, RESTART, MOVE, END, WAKE -> false;
            };
        }

        /** As the actor is told. */
        StopReason told() {
            return switch (this) {
                case DESTROY -> StopReason.DESTROY;
                case RESTART -> StopReason.UPGRADE;
                case MOVE, END -> StopReason.DRAIN;
                case SLEEP, IDLE, ASKED, WAKE -> StopReason.SLEEP;
            };
        }

        /** Why it is being stopped, and why it sleeps then: a stable code. */
        String why() {
            return switch (this) {
                case DESTROY -> "destroy_requested";
                case RESTART -> "upgrade_requested";
                case MOVE, END -> "drain";
                case SLEEP -> "sleep_requested";
                case IDLE -> "idle";
                case ASKED -> "asked_by_actor";
                case WAKE -> "wake_requested";
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The agent that holds it: runs it, or has yet to say that it is gone. */
    default Optional<Assignment> assignment() {
        return switch (this) {
            case Starting(var _, var at, var _) -> Optional.of(at);
            case Running(var _, var at, var _, var _, var _, var _) -> Optional.of(at);
            case Stopping(var _, var at, var _, var _, var _) -> Optional.of(at);
            case Pending _, CrashBackoff _, Sleeping _, Destroyed _ -> Optional.empty();
        };
    }

    /** On its way out, or out: nothing can be asked of it any more. */
    default boolean ending() {
        return switch (this) {
            case Destroyed _ -> true;
            case Stopping(var _, var _, var _, var then, var _) -> then == Then.DESTROY || then == Then.END;
            case Pending _, Starting _, Running _, CrashBackoff _, Sleeping _ -> false;
        };
    }

    /** Asleep, or on the way there: it is to be woken if somebody wants it. */
    default boolean sleeps() {
        return switch (this) {
            case Sleeping _ -> true;
            case Stopping(var _, var _, var _, var then, var _) -> then.sleeps();
            case Pending _, Starting _, Running _, CrashBackoff _, Destroyed _ -> false;
        };
    }

    default String status() {
        return switch (this) {
            case Pending _ -> "pending";
            case Starting _ -> "starting";
            case Running _ -> "running";
            case CrashBackoff _ -> "crash_backoff";
            case Stopping _ -> "stopping";
            case Sleeping _ -> "sleeping";
            case Destroyed _ -> "destroyed";
        };
    }

    /** Why it is in that state: a stable code. */
    default @Nullable String why() {
        return switch (this) {
            case Pending(var _, var reason, var _, var _) -> reason.toString();
            case Starting _ -> null;
            case Running running ->
                running.drainBlocked() ? DRAIN_BLOCKED : running.upgrade() != null ? WAITS_UNTIL_IDLE : null;
            case CrashBackoff(var _, var _, var last, var _) -> last.code();
            case Stopping(var _, var _, var _, var then, var _) -> then.why();
            case Sleeping(var _, var reason) -> reason;
            case Destroyed(var _, var reason, var _) -> reason;
        };
    }
}
