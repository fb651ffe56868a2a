package rivet.agent.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A process that we started. */
public final class Child {

    private static final int READ_BYTES = 64 * 1024;
    private static final int NO_FILE = -1;

    private final int pid;
    private final Watcher watcher;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> outputEnd = new CompletableFuture<>();
    private final AtomicInteger openOutputs = new AtomicInteger(2);

    /** Guarded by {@code this}: once reaped, the pid may be another process's. */
    private boolean reaped;

    /** Guarded by {@code this}. */
    private int in;

    private Child(int pid, int in, Watcher watcher) {
        this.pid = pid;
        this.in = in;
        this.watcher = watcher;
    }

    /** Where bytes go, called on one thread that serves all children: it must not wait. The array is the callee's. */
    public record Outputs(Consumer<byte[]> out, Consumer<byte[]> err) {}

    /** Must be called on the thread that lives as long as children shall. */
    static Child start(Sandbox.Command command, Outputs outputs, Watcher watcher) {
        var in = Posix.pipe();
        var out = Posix.pipe();
        var err = Posix.pipe();
        int pid;
        try {
            pid = Spawn.spawn(
                    command.line(),
                    command.environment(),
                    command.folder(),
                    new Spawn.Streams(in.readEnd(), out.writeEnd(), err.writeEnd()));
        } catch (RuntimeException e) {
            Posix.close(in.writeEnd());
            Posix.close(out.readEnd());
            Posix.close(err.readEnd());
            throw e;
        } finally {
            Posix.close(in.readEnd());
            Posix.close(out.writeEnd());
            Posix.close(err.writeEnd());
        }
        Posix.nonBlocking(in.writeEnd());
        var child = new Child(pid, in.writeEnd(), watcher);
        child.watch(out.readEnd(), outputs.out());
        child.watch(err.readEnd(), outputs.err());
        child.watchExit();
        return child;
    }

    public int pid() {
        return pid;
    }

    /** Completes when the process itself has ended; children of it may live on. */
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    /** Completes when all that was printed has been handed over. */
    public CompletableFuture<Void> outputEnd() {
        return outputEnd;
    }

    /** Reads on for at most so long; what someone who escaped with our pipe prints later is lost. */
    public void drain(Duration atMost) {
        outputEnd
                .completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Asks the process, and none of its children, to end. */
    public void terminate() {
        signal(Posix.SIGTERM);
    }

    void kill() {
        signal(Posix.SIGKILL);
    }

    synchronized void signal(int signal) {
        if (!reaped) {
            Posix.kill(pid, signal);
        }
    }

    /** Writes all of it to the process's standard input and closes that; waits at most so long for a reader. */
    public void send(byte[] bytes, Duration atMost) throws IOException {
        var giveUp = System.nanoTime() + atMost.toNanos();
        try {
            for (int sent = 0; sent < bytes.length; ) {
                sent += write(bytes, sent, giveUp);
            }
        } finally {
            closeInput();
        }
    }

    public synchronized void closeInput() {
        if (in != NO_FILE) {
            Posix.close(in);
            in = NO_FILE;
        }
    }

    private int write(byte[] bytes, int from, long giveUp) throws IOException {
        long written;
        synchronized (this) {
            written = in == NO_FILE ? -1 : Posix.write(in, bytes, from);
        }
        if (written >= 0) {
            return (int) written;
        }
        if (written != -Posix.EAGAIN || System.nanoTime() - giveUp > 0) {
            throw new IOException("process %d does not read its input (errno %d)".formatted(pid, -written));
        }
        pause();
        return 0;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while writing to a process", e);
        }
    }

    private void watch(int fd, Consumer<byte[]> sink) {
        Posix.nonBlocking(fd);
        var handler = new Output(fd, sink);
        watcher.watch(fd, handler);
        var _ = outputEnd.whenComplete((_, _) -> watcher.forget(fd, handler));
    }

    private void watchExit() {
        int pidfd = (int) Posix.check("pidfd_open", Posix.pidfd(pid));
        watcher.watch(pidfd, this::reap);
    }

    private boolean reap() {
        Exit end;
        synchronized (this) {
            var status = Posix.reap(pid);
            if (status.isEmpty()) {
                return true;
            }
            reaped = true;
            end = Exit.ofWaitStatus(status.getAsInt());
        }
        closeInput();
        exit.complete(end);
        return false;
    }

    /** Reads one buffer at a time, so that a flood from one child does not starve the others. */
    private final class Output implements BooleanSupplier {

        private final int fd;
        private final Consumer<byte[]> sink;

        Output(int fd, Consumer<byte[]> sink) {
            this.fd = fd;
            this.sink = sink;
        }

        @Override
        public boolean getAsBoolean() {
            try (var arena = Arena.ofConfined()) {
                var buffer = arena.allocate(READ_BYTES);
                long count = Posix.read(fd, buffer);
                if (count == -Posix.EAGAIN || count == -Posix.EINTR) {
                    return true;
                }
                if (count > 0) {
                    sink.accept(bytes(buffer, count));
                    return true;
                }
            }
            if (openOutputs.decrementAndGet() == 0) {
                outputEnd.complete(null);
            }
            return false;
        }

        private static byte[] bytes(MemorySegment buffer, long count) {
            return buffer.asSlice(0, count).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        }
    }
}
