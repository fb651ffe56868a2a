package rivet.agent.kv;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvWire;

/**
 * Writes of many actors share round trips to the control plane: what comes while one is under way goes with the next. Two are
 * under way at most, one of which is on its way while the other is being committed.
 */
final class SharedWrites implements AutoCloseable {

    private static final int ROUND_TRIPS = 2;
    private static final int MOST_WAITING = 2_000;
    private static final int MOST_TOGETHER = 200;

    /** Beside its message: who it is of, and lengths. */
    private static final int HEAD_BYTES = 64;

    private static final int MOST_ALONE = RemoteStore.MOST_IN_A_BATCH + HEAD_BYTES;

    private final ActorStores.Remote remote;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final List<Thread> threads;

    SharedWrites(ActorStores.Remote remote) {
        this.remote = remote;
        this.threads = IntStream.range(0, ROUND_TRIPS)
                .mapToObj(n -> Thread.ofVirtual().name("kv-writes-" + n).start(this::run))
                .toList();
    }

    private record Waiting(KvBatch batch, CompletableFuture<Bytes> answers) {

        int bytes() {
            return HEAD_BYTES + batch.message().length();
        }
    }

    /** @throws IOException nobody knows what became of it; the same batch may be sent again */
    List<byte[]> write(KvBatch batch, long atMostNanos) throws IOException, InterruptedException {
        var waiting = new Waiting(batch, new CompletableFuture<>());
        if (!queue.offer(waiting)) {
            throw new IOException("too many writes wait");
        }
        try {
            var answers = waiting.answers().get(atMostNanos, TimeUnit.NANOSECONDS);
            if (answers.length() == 0) {
                throw new IOException("the control plane does not know yet");
            }
            return KvWire.split(answers.array());
        } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }

    private void run() {
        try {
            while (true) {
                send(take());
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private List<Waiting> take() throws InterruptedException {
        var together = new ArrayList<Waiting>();
        var next = queue.take();
        int bytes = 0;
        while (next != null) {
            together.add(next);
            bytes += next.bytes();
            // Whatever the next one is, it fits.
            boolean room = together.size() < MOST_TOGETHER && bytes <= KvWire.MOST_TOGETHER - MOST_ALONE;
            next = room ? queue.poll() : null;
        }
        return together;
    }

    private void send(List<Waiting> together) throws InterruptedException {
        try {
            var reply = remote.write(
                    KvWire.joinBatches(together.stream().map(Waiting::batch).toList()));
            var answers = KvWire.split(reply);
            if (answers.size() != together.size()) {
                throw new IOException("%d answers (expected: %d)".formatted(answers.size(), together.size()));
            }
            for (int i = 0; i < answers.size(); i++) {
                together.get(i).answers().complete(new Bytes(answers.get(i)));
            }
        } catch (IOException | RuntimeException e) {
            together.forEach(waiting -> waiting.answers().completeExceptionally(e));
        }
    }
}
