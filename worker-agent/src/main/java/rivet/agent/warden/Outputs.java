package rivet.agent.warden;

/** Where a process's bytes go; called on one thread that serves all processes: it must not wait. */
public record Outputs(Sink out, Sink err) {

    /** Takes what comes from one pipe, in order. */
    @FunctionalInterface
    public interface Sink {

        /** The array is the callee's. */
        void bytes(byte[] bytes);

        /** So many bytes came and were lost, between what was handed over and what follows. */
        default void lost(long bytes) {}
    }

    Sink of(int stream) {
        return stream == 0 ? out : err;
    }
}
