package rivet.agent.warden;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import rivet.agent.linux.Posix;
import rivet.agent.linux.Watcher;

/**
 * One pipe of one process, and what came out of it. An agent that is there slows the process down rather than lose a byte;
 * one that is away or does not move loses the oldest, and is told how many. Guarded by the lock of {@link Wards}.
 */
final class WardStream {

    static final int RING_BYTES = 512 * 1024;

    /** Sent and not yet taken. */
    static final int WINDOW_BYTES = 256 * 1024;

    private static final int PIECE_BYTES = 64 * 1024;

    /** An agent that took nothing for so long is not waited for. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String id;
    private final int number;
    private final int fd;
    private final RingFile ring;
    private final Watcher watcher;
    private final BooleanSupplier handler;
    private long taken;
    private long sent;
    private long lastProgress = System.nanoTime();
    private boolean flows = true;
    private boolean paused;
    private boolean ended;
    private boolean endSent;

    WardStream(Ward ward, int number, int fd, Wards wards) {
        this.id = ward.id();
        this.number = number;
        this.fd = fd;
        this.ring = new RingFile(wards.outputs().resolve(ward.id() + "." + number), RING_BYTES);
        this.watcher = wards.watcher();
        this.handler = () -> wards.readable(this);
    }

    void watch() {
        Posix.nonBlocking(fd);
        watcher.watch(fd, handler);
    }

    long taken() {
        return taken;
    }

    /** Reads one buffer, so that a flood from one process does not starve the others; false at the end of the stream. */
    boolean read(@Nullable Session session) {
        if (mustWait(session)) {
            paused = true;
            watcher.pause(fd);
            return true;
        }
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(PIECE_BYTES);
            long count = Posix.read(fd, buffer);
            if (count == -Posix.EAGAIN || count == -Posix.EINTR) {
                return true;
            }
            if (count > 0) {
                ring.append(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
            } else {
                ended = true;
            }
        }
        pump(session);
        return !ended;
    }

    void taken(long offset, @Nullable Session session) {
        taken = Math.clamp(offset, taken, ring.end());
        if (!flows) {
            flows = true;
            sent = taken;
        }
        lastProgress = System.nanoTime();
        resume();
        pump(session);
    }

    /** The next agent asks for what was not taken. */
    void detached() {
        flows = false;
        endSent = false;
        resume();
    }

    /** An agent that has not moved for too long is waited for no longer. */
    void impatient(@Nullable Session session) {
        if (paused && !mustWait(session)) {
            resume();
        }
    }

    void close() {
        if (!ended) {
            watcher.forget(fd, handler);
        }
        ring.close();
    }

    private boolean mustWait(@Nullable Session session) {
        return session != null
                && flows
                && ring.end() - taken > RING_BYTES - PIECE_BYTES
                && System.nanoTime() - lastProgress < PATIENCE_NANOS;
    }

    private void resume() {
        if (paused) {
            paused = false;
            watcher.resume(fd);
        }
    }

    void pump(@Nullable Session session) {
        if (session == null || !flows) {
            return;
        }
        try {
            while (sent < ring.end() && sent - taken < WINDOW_BYTES && session.hasRoom()) {
                long from = Math.max(sent, ring.begin());
                if (from == ring.end()) {
                    break; // All that is left of it is a gap, which the next message or the end tells.
                }
                var bytes = ring.read(from, PIECE_BYTES);
                session.send(new Message.Output(id, number, from, Bytes.of(bytes)));
                sent = from + bytes.length;
            }
        } catch (IOException e) {
            System.err.println("output cannot be read back: " + e);
            sent = ring.end();
        }
        if (ended && !endSent && (sent == ring.end() || ring.begin() == ring.end())) {
            endSent = true;
            session.send(new Message.OutputEnd(id, number, ring.end()));
        }
    }
}
