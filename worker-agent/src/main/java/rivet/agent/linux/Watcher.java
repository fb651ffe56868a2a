package rivet.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that waits on the output and the end of all children. What it calls must not wait. */
public final class Watcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watcher.class);

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 1;
    private static final int EVENTS_AT_ONCE = 256;
    private static final long CLOSE_MS = 1_000;

    /** The kernel packs the structure on x86-64 and nowhere else. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;

    private final int epoll = Posix.epoll();
    private final Posix.Pipe wake = Posix.pipe();
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Map<Integer, BooleanSupplier> handlers = new HashMap<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("rivet-watcher").unstarted(this::run);
    private volatile boolean closed;

    /** Guarded by {@code this}: after it, the numbers of our own files may be another's. */
    private boolean released;

    public static Watcher start() {
        var watcher = new Watcher();
        Posix.nonBlocking(watcher.wake.readEnd());
        Posix.nonBlocking(watcher.wake.writeEnd());
        watcher.thread.start();
        return watcher;
    }

    /**
     * Calls {@code ready} on the watcher's thread whenever {@code fd} can be read, until it returns false; the file is
     * closed then.
     */
    public void watch(int fd, BooleanSupplier ready) {
        execute(() -> {
            handlers.put(fd, ready);
            control(EPOLL_CTL_ADD, fd);
        });
    }

    /** Closes a watched file that has not ended by itself. */
    public void forget(int fd, BooleanSupplier handler) {
        execute(() -> {
            if (handler.equals(handlers.get(fd))) {
                end(fd);
            }
        });
    }

    public synchronized void execute(Runnable task) {
        if (!released) {
            tasks.add(task);
            Posix.write(wake.writeEnd(), new byte[] {1}, 0);
        }
    }

    @Override
    public void close() {
        closed = true;
        execute(() -> {});
        try {
            thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks away from a file that is watched, without closing it, until {@link #resume}. */
    public void pause(int fd) {
        execute(() -> forgotten(fd));
    }

    public void resume(int fd) {
        execute(() -> {
            if (handlers.containsKey(fd)) {
                control(EPOLL_CTL_ADD, fd);
            }
        });
    }

    private void run() {
        try (var arena = Arena.ofConfined()) {
            var events = arena.allocate((long) EVENT_BYTES * EVENTS_AT_ONCE, 16);
            var buffer = arena.allocate(64);
            handlers.put(wake.readEnd(), () -> {
                Posix.read(wake.readEnd(), buffer);
                return true;
            });
            control(EPOLL_CTL_ADD, wake.readEnd());
            while (!closed) {
                turn(events);
            }
        }
        release();
    }

    private synchronized void release() {
        released = true;
        handlers.keySet().forEach(Posix::close);
        Posix.close(wake.writeEnd());
        Posix.close(epoll);
    }

    private void turn(MemorySegment events) {
        int count = Posix.epollWait(epoll, events, EVENTS_AT_ONCE, -1);
        for (int i = 0; i < count; i++) {
            var fd = (int) events.get(JAVA_LONG_UNALIGNED, (long) i * EVENT_BYTES + DATA_OFFSET);
            handle(fd);
        }
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            guarded(task);
        }
    }

    private void handle(int fd) {
        var handler = handlers.get(fd);
        if (handler == null) {
            return;
        }
        var goesOn = new AtomicBoolean();
        guarded(() -> goesOn.set(handler.getAsBoolean()));
        if (!goesOn.get()) {
            end(fd);
        }
    }

    private void end(int fd) {
        handlers.remove(fd);
        forgotten(fd);
        Posix.close(fd);
    }

    private void control(int operation, int fd) {
        Posix.check("epoll_ctl", controlled(operation, fd));
    }

    /** One that is paused is not there. */
    private void forgotten(int fd) {
        var _ = controlled(EPOLL_CTL_DEL, fd);
    }

    private int controlled(int operation, int fd) {
        try (var arena = Arena.ofConfined()) {
            var event = arena.allocate(EVENT_BYTES, 16);
            event.set(JAVA_INT_UNALIGNED, 0, EPOLLIN);
            event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, fd);
            return Posix.epollControl(epoll, operation, fd, event);
        }
    }

    /** One child's trouble must not end the thread that serves all. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("watching a process failed");
        }
    }
}
