package rivet.protocol;

import org.jspecify.annotations.Nullable;

/**
 * How an agent sees that an actor has started, and that it still works. Beside what is said here all its ports have to accept
 * connections.
 *
 * @param startTimeoutMs from the spawn until it is ready; absent: the agent's own bound
 * @param signal whether the program says itself when it is ready
 * @param ready what has to be answered with 2xx; absent: nothing
 * @param live what has to be answered with 2xx again and again; absent: nothing
 */
public record Health(
        @Nullable Long startTimeoutMs,
        boolean signal,
        @Nullable HttpCheck ready,
        @Nullable Liveness live) {

    /** Open ports are all that is looked at, and the agent's bound is the bound. */
    public static final Health USUAL = new Health(null, false, null, null);

    /** @param port by the name the author gave @param path from the slash on */
    public record HttpCheck(String port, String path) {}

    /** @param periodMs from one check to the next @param failures in a row, after which it is killed and has crashed */
    public record Liveness(HttpCheck http, long periodMs, int failures) {}

    public Health withStartTimeout(@Nullable Long ms) {
        return new Health(ms, signal, ready, live);
    }
}
