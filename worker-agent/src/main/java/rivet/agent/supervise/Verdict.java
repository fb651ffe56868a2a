package rivet.agent.supervise;

import org.jspecify.annotations.Nullable;
import rivet.agent.supervise.Launcher.Ended;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.DownReason;

/** What is reported of an end: pure. */
final class Verdict {

    private static final int SIGKILL = 9;

    private Verdict() {}

    /** What led to the end. */
    sealed interface Cause {

        /** @param outOfMemory whether the kernel killed someone in its sandbox for want of memory */
        record Itself(boolean outOfMemory) implements Cause {}

        /** @param killed because its grace was over, by us or by whoever counts it when we are gone */
        record Stop(StopOrder order, boolean killed) implements Cause {}

        /** @param port the name of one that stayed closed */
        record PortClosed(String port, int number, String variable, long deadlineMs) implements Cause {}

        /** @param missing what it did not do, for people */
        record NotReady(String missing, long deadlineMs) implements Cause {}

        /** @param wrong of the last check, for people */
        record NotLive(String wrong, int failures) implements Cause {}
    }

    static Down of(Ended ended, Cause cause) {
        return switch (cause) {
            case Cause.Itself(var outOfMemory) ->
                outOfMemory && failed(ended)
                        ? down(ended, DownReason.OUT_OF_MEMORY, "it used more memory than its limit")
                        : down(ended, DownReason.EXITED, describe(ended));
            case Cause.Stop(var order, var killed) -> stopped(ended, order, killed);
            case Cause.PortClosed(var port, var number, var variable, var deadlineMs) ->
                down(
                        ended,
                        DownReason.PORT_NOT_OPEN,
                        "port '%s' did not accept connections within %d ms: listen on the number in %s, which was %d"
                                .formatted(port, deadlineMs, variable, number));
            case Cause.NotReady(var missing, var deadlineMs) ->
                down(ended, DownReason.NOT_READY, "it was not ready within %d ms: %s".formatted(deadlineMs, missing));
            case Cause.NotLive(var wrong, var failures) ->
                down(
                        ended,
                        DownReason.NOT_LIVE,
                        "it failed its liveness check %d times in a row: %s".formatted(failures, wrong));
        };
    }

    static boolean isKill(Ended ended) {
        return ended.signal() != null && ended.signal() == SIGKILL;
    }

    private static Down stopped(Ended ended, StopOrder order, boolean killed) {
        return switch (order.why()) {
            case AGENT_STOPS -> down(ended, DownReason.AGENT_STOPPED, "the agent was stopped");
            case WANTED, FOR_GOOD ->
                killed
                        ? down(ended, DownReason.KILLED, "it did not leave within its grace and was killed")
                        : down(ended, DownReason.STOPPED, "it was stopped: " + describe(ended));
        };
    }

    private static Down down(Ended ended, DownReason reason, String message) {
        return new Down(ended.exitCode(), ended.signal(), reason, message);
    }

    private static boolean failed(Ended ended) {
        return !isZero(ended.exitCode()) && (ended.signal() == null || isKill(ended));
    }

    private static boolean isZero(@Nullable Integer code) {
        return code != null && code == 0;
    }

    private static String describe(Ended ended) {
        return ended.signal() != null ? "signal " + ended.signal() + " ended it" : "exit code " + ended.exitCode();
    }
}
