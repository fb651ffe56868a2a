package rivet.controlplane.checkpoint;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.LongConsumer;

/** Tells now and then how much has been read, where that takes long. */
final class Progress extends FilterInputStream {

    static final Duration EVERY = Duration.ofSeconds(10);

    private final LongConsumer tell;
    private long count;
    private long told = System.nanoTime();

    /** @param tell given how many bytes have come */
    Progress(InputStream in, LongConsumer tell) {
        super(in);
        this.tell = tell;
    }

    @Override
    public int read() throws IOException {
        int one = super.read();
        count(one < 0 ? 0 : 1);
        return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = super.read(into, offset, length);
        count(Math.max(0, read));
        return read;
    }

    private void count(int more) {
        count += more;
        if (System.nanoTime() - told >= EVERY.toNanos()) {
            told = System.nanoTime();
            tell.accept(count);
        }
    }
}
