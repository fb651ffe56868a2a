package rivet.controlplane.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Bytes in chunks of at most 1 MiB, each written and read in a statement of its own: nothing large is ever whole in memory, and a
 * slow client holds no connection while it is slow.
 */
public final class Chunks {

    /** The length of all but the last. */
    public static final int BYTES = 1 << 20;

    private Chunks() {}

    /** Where those of one thing are put. */
    @FunctionalInterface
    public interface Sink {

        void insert(int chunk, byte[] bytes);
    }

    /** Where they are found. */
    @FunctionalInterface
    public interface Source {

        /** Empty: there are no more. */
        byte[] read(int chunk);
    }

    /** @return how many bytes came; at most one more than the limit is read */
    public static long store(Sink rows, InputStream in, long limit) throws IOException {
        var total = 0L;
        for (int chunk = 0; total <= limit; chunk++) {
            var bytes = in.readNBytes((int) Math.min(BYTES, limit + 1 - total));
            if (bytes.length == 0) {
                break;
            }
            total += bytes.length;
            if (total > limit) {
                break;
            }
            rows.insert(chunk, bytes);
        }
        return total;
    }

    public static void copy(Source rows, OutputStream out) throws IOException {
        for (int chunk = 0; ; chunk++) {
            var bytes = rows.read(chunk);
            if (bytes.length == 0) {
                return;
            }
            out.write(bytes);
        }
    }
}
