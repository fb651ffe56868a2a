package rivet.agent.supervise;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.StopReason;
import rivet.protocol.link.ToControlPlane.LogLine;

/** The seam between deciding that an actor shall run and having a process of it. */
public interface Launcher {

    /** Makes all ready that a start needs and that may take long. Completes with a {@link LaunchFailed} if it cannot. */
    CompletableFuture<Prepared> prepare(ActorSpec spec);

    /** What an earlier run of the agent had launched and had not seen the end of; each is to be adopted or ended. */
    List<Survivor> survivors();

    /** A process that outlived the agent that launched it; perhaps it has ended since. */
    interface Survivor {

        ActorId actor();

        long generation();

        ActorSpec spec();

        /** What its ports were given. */
        Map<String, Integer> ports();

        /** @param output takes what it printed meanwhile, and prints from now on */
        Process adopt(Consumer<LogLine> output);

        /** Nobody wants it; returns when nothing of it is left. */
        void end();
    }

    /** A build that is here, and stays here until this is closed. */
    interface Prepared extends AutoCloseable {

        /** @throws LaunchFailed where no process of it is left behind */
        Process launch(Order order);

        @Override
        void close();
    }

    /** @param output takes what the actor prints; does not wait */
    record Order(
            ActorId actor, long generation, ActorSpec spec, Map<String, Integer> ports, Consumer<LogLine> output) {}

    /** A process and all its descendants. */
    interface Process extends AutoCloseable {

        /** Completes when the process itself has ended; descendants may live on. */
        CompletableFuture<Ended> ended();

        /** Completes when the program says that it is ready. */
        default CompletableFuture<Void> ready() {
            return new CompletableFuture<>();
        }

        /** Completes when the program says that it wants to sleep. */
        default CompletableFuture<Void> sleep() {
            return new CompletableFuture<>();
        }

        /** Whether the program is at an alarm of its own. */
        default boolean handlesAlarm() {
            return false;
        }

        /**
         * What is to become of it, which it hears when it asks; takes the place of what was told before.
         *
         * @param stop why it is being stopped; absent: it is not, or nobody said
         * @param newer a build that waits for its end; absent: none does
         */
        default void tell(@Nullable StopReason stop, @Nullable BuildId newer) {}

        /** Asks the process, not its descendants, to end; after the grace all is killed, even if the agent is gone then. */
        void terminate(Duration grace);

        /** Kills it and all its descendants; returns when none is left. */
        void killAll();

        boolean ranOutOfMemory();

        /** Whether {@link #keep} has something to do. */
        default boolean leavesSomething() {
            return false;
        }

        /**
         * Keeps what it leaves for its successor, wherever that starts; may take minutes. Only after {@link #killAll}.
         *
         * @return what went wrong, for people; empty: nothing
         */
        default Optional<String> keep() {
            return Optional.empty();
        }

        /** Forgets what it leaves: there will be no successor. Only after {@link #killAll}. */
        default void discard() {}

        /** Hands over the last of its output and gives back what it used. Only after {@link #killAll}. */
        @Override
        void close();
    }

    /** Exactly one of the two is present. */
    record Ended(@Nullable Integer exitCode, @Nullable Integer signal) {}

    /** Why nothing was started, in a form that can be reported. */
    final class LaunchFailed extends RuntimeException {

        private final DownReason reason;

        public LaunchFailed(DownReason reason, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        public DownReason reason() {
            return reason;
        }
    }
}
