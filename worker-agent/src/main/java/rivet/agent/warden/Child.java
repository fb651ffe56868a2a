package rivet.agent.warden;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rivet.agent.linux.Exit;
import rivet.agent.linux.Posix;

/** A process that the warden started for us, perhaps before we were born. */
public final class Child {

    /** What is not yet taken of a line is told again to the next agent; but no line is longer. */
    private static final int LONGEST_LINE = 64 * 1024;

    private final String id;
    private final Connection connection;
    private final CompletableFuture<Void> spawned = new CompletableFuture<>();
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Void> outputEnd = new CompletableFuture<>();
    private final Stream[] streams = {new Stream(0), new Stream(1)};
    private volatile @Nullable CompletableFuture<Void> sent;
    private volatile @Nullable Outputs outputs;
    private int ended;

    Child(String id, Connection connection) {
        this.id = id;
        this.connection = connection;
    }

    /** Completes when the process itself has ended; children of it may live on. */
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    /** Completes when all that was printed has been handed over. */
    public CompletableFuture<Void> outputEnd() {
        return outputEnd;
    }

    /** Waits at most so long for the rest of the output; what someone who escaped with our pipe prints later is lost. */
    public void drain(Duration atMost) {
        outputEnd
                .completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /**
     * Asks the process, and none of its children, to end. The warden kills it with all its children when the grace is over,
     * also where we are gone by then; told again, the shorter grace counts.
     */
    public void stop(Duration grace) {
        connection.tell(Message.Stop.after(id, grace));
    }

    public void kill() {
        connection.tell(new Message.Signal(id, Posix.SIGKILL));
    }

    /** Writes all of it to the process's standard input and closes that; waits at most so long for a reader. */
    public void send(byte[] bytes, Duration atMost) throws IOException {
        send(bytes, "", atMost);
    }

    /** @param label kept with the process from the moment at which the bytes can be read; empty for none */
    public void send(byte[] bytes, String label, Duration atMost) throws IOException {
        var answer = new CompletableFuture<Void>();
        sent = answer;
        if (exit.isDone()) {
            throw new IOException("the process has ended");
        }
        connection.tell(new Message.Send(id, Bytes.of(bytes), label));
        try {
            answer.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    public void closeInput() {
        connection.tell(new Message.CloseInput(id));
    }

    /** For one from before us: from now on, what it printed since the last agent was there goes here. */
    public void attach(Outputs to) {
        outputs = to;
        for (var stream : streams) {
            stream.take();
        }
    }

    /** Its end is written down, and none of its children is left: the warden may forget it. */
    public void release() {
        connection.forget(id);
    }

    void awaitSpawned(Duration atMost) {
        spawned.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    void outputs(Outputs to) {
        outputs = to;
    }

    void held(Message.Held held) {
        for (int i = 0; i < streams.length; i++) {
            streams[i].from(held.taken().get(i));
        }
        held.exit().forEach(this::exited);
    }

    void spawned(String failure) {
        if (failure.isEmpty()) {
            spawned.complete(null);
        } else {
            spawned.completeExceptionally(new IllegalStateException(failure));
        }
    }

    void sent(String failure) {
        var answer = sent;
        if (answer != null && failure.isEmpty()) {
            answer.complete(null);
        } else if (answer != null) {
            answer.completeExceptionally(new IOException(failure));
        }
    }

    void exited(Exit how) {
        exit.complete(how);
    }

    void output(Message.Output output) {
        streams[output.stream()].output(output.offset(), output.bytes().array());
    }

    void outputEnded(int stream, long offset) {
        streams[stream].end(offset);
        ended++;
        if (ended == streams.length) {
            outputEnd.complete(null);
        }
    }

    /** The warden is gone, and so all that it had started. */
    void lost() {
        spawned("the warden ended");
        sent("the warden ended");
        exited(new Exit.Signal(Posix.SIGKILL));
        outputEnd.complete(null);
    }

    /** Touched by the thread that hands over output only, once output flows. */
    private final class Stream {

        private final int number;
        private long next;
        private long taken;

        Stream(int number) {
            this.number = number;
        }

        void from(long offset) {
            next = offset;
            taken = offset;
        }

        void take() {
            connection.tell(new Message.Taken(id, number, taken));
        }

        void output(long offset, byte[] bytes) {
            var to = outputs;
            skip(offset);
            next = offset + bytes.length;
            int lineEnd = lastLineEnd(bytes);
            if (to != null) {
                to.of(number).bytes(bytes);
            }
            if (lineEnd > 0) {
                taken = offset + lineEnd;
                take();
            } else if (next - taken > LONGEST_LINE) {
                taken = next;
                take();
            }
        }

        void end(long offset) {
            skip(offset);
            taken = offset;
            take();
        }

        private void skip(long offset) {
            var to = outputs;
            if (offset > next && to != null) {
                to.of(number).lost(offset - next);
            }
            next = offset;
        }

        private static int lastLineEnd(byte[] bytes) {
            for (int i = bytes.length; i > 0; i--) {
                if (bytes[i - 1] == '\n') {
                    return i;
                }
            }
            return 0;
        }
    }
}
