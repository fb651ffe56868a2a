package rivet.agent.lease;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** The door: the agent's lease, counted on its own monotonic clock from the sending of what was granted. Thread-safe. */
public final class Lease {

    private final LongSupplier clock;
    private final long past;
    private final AtomicReference<LeaseState> state = new AtomicReference<>(LeaseState.NONE);
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();

    /** Nothing is granted yet. @param clock such as {@link System#nanoTime} */
    public Lease(LongSupplier clock) {
        this.clock = clock;
        this.past = clock.getAsLong();
    }

    /** @param until on the lease's clock */
    public void granted(long epoch, long until) {
        change(before -> before.granted(epoch, until));
    }

    /** Nobody replaces the agent before then, whoever could. @param until on the lease's clock */
    public void promised(long until) {
        change(before -> before.promised(until, clock.getAsLong()));
    }

    /** All that runs here is what the set of this epoch names. */
    public void reconciled(long epoch) {
        change(before -> before.reconciled(epoch));
    }

    /** The control plane has said that this epoch is over. */
    public void fenced(long epoch) {
        change(before -> before.fenced(epoch));
    }

    /** Whether requests may reach actors at this instant. */
    public boolean mayServe() {
        return state.get().mayServe(clock.getAsLong());
    }

    /** Whether a set of this epoch may be obeyed at this instant. */
    public boolean mayStart(long epoch) {
        return state.get().mayStart(epoch, clock.getAsLong());
    }

    /** When serving ends unless it is extended, on the lease's clock; an instant that has passed while nothing is granted. */
    public long deadlineNanos() {
        return deadline(state.get());
    }

    /** Told each new {@link #deadlineNanos} in order, earlier ones too; meanwhile other changes wait. */
    public void onDeadline(LongConsumer listener) {
        listeners.add(listener);
    }

    private synchronized void change(UnaryOperator<LeaseState> step) {
        var before = state.getAndUpdate(step);
        if (deadlineNanos() != deadline(before)) {
            listeners.forEach(listener -> listener.accept(deadlineNanos()));
        }
    }

    private long deadline(LeaseState of) {
        var serving = of.serving();
        return serving == null ? past : serving.until();
    }
}
