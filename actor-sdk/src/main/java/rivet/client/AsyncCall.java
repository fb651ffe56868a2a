package rivet.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A future that ends its calls when it is cancelled, which a plain {@link CompletableFuture} does not. */
final class AsyncCall<T> extends CompletableFuture<T> {

    private volatile @Nullable Thread thread;

    static <T> AsyncCall<T> start(Supplier<? extends T> calls) {
        var future = new AsyncCall<T>();
        future.thread = Thread.ofVirtual().name("rivet-client").start(() -> future.run(calls));
        return future;
    }

    private void run(Supplier<? extends T> calls) {
        try {
            complete(calls.get());
        } catch (Throwable e) {
            completeExceptionally(e); // errors too: whoever holds the future is the one to hear of them
        }
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        var running = thread;
        if (cancelled && running != null) {
            running.interrupt();
        }
        return cancelled;
    }

    /** What is derived from it is not ours to end. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
