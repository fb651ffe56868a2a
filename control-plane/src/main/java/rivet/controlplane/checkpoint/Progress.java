package rivet.controlplane.checkpoint;

import java.time.Duration;
import java.util.function.LongConsumer;
import rivet.controlplane.database.Chunks;

/** Stores chunks, and tells now and then how much has come, where that takes long. */
final class Progress implements Chunks.Sink {

    private final Chunks.Sink rows;
    private final Duration every;
    private final LongConsumer tell;
    private long count;
    private long told = System.nanoTime();

    /** @param tell given how many bytes have come */
    Progress(Chunks.Sink rows, Duration every, LongConsumer tell) {
        this.rows = rows;
        this.every = every;
        this.tell = tell;
    }

    @Override
    public void insert(int chunk, byte[] bytes) {
        rows.insert(chunk, bytes);
        count += bytes.length;
        if (System.nanoTime() - told >= every.toNanos()) {
            told = System.nanoTime();
            tell.accept(count);
        }
    }
}
