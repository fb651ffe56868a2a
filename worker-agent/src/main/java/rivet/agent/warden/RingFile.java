package rivet.agent.warden;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The last bytes of a stream, in a file that never grows beyond its bound and is not there while nothing came. Places are
 * counted from the stream's begin, so that what was overwritten is a difference of two numbers. Not thread-safe.
 */
final class RingFile implements AutoCloseable {

    private final Path file;
    private final int capacity;
    private @Nullable FileChannel channel;
    private long begin;
    private long end;

    RingFile(Path file, int capacity) {
        this.file = file;
        this.capacity = capacity;
    }

    /** The place of the oldest byte that can still be read. */
    long begin() {
        return begin;
    }

    /** How many bytes there were, ever. */
    long end() {
        return end;
    }

    /** On a full disk the bytes are lost, and so counted: {@link #begin} moves behind them. */
    void append(byte[] bytes) {
        long after = end + bytes.length;
        try {
            int i = Math.max(0, bytes.length - capacity);
            while (i < bytes.length) {
                long at = (end + i) % capacity;
                int count = (int) Math.min(bytes.length - i, capacity - at);
                write(ByteBuffer.wrap(bytes, i, count), at);
                i += count;
            }
            begin = Math.max(begin, after - capacity);
        } catch (IOException e) {
            System.err.println("output is lost: " + e);
            begin = after;
        }
        end = after;
    }

    /** Bytes from that place on; at least one if there is one, and at most so many. */
    byte[] read(long from, int most) throws IOException {
        if (from < begin || from > end) {
            throw new IllegalArgumentException("place %d (expected: %d to %d)".formatted(from, begin, end));
        }
        int at = (int) (from % capacity);
        var buffer = ByteBuffer.allocate((int) Math.min(Math.min(most, end - from), capacity - at));
        while (buffer.hasRemaining() && open().read(buffer, at + buffer.position()) >= 0) {}
        return buffer.array();
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("a file of output stays: " + e);
        }
    }

    private void write(ByteBuffer bytes, long at) throws IOException {
        for (long position = at; bytes.hasRemaining(); ) {
            position += open().write(bytes, position);
        }
    }

    private FileChannel open() throws IOException {
        var opened = channel;
        if (opened == null) {
            opened = FileChannel.open(
                    file,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            channel = opened;
        }
        return opened;
    }
}
