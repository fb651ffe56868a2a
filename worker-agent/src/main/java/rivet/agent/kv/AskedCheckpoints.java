package rivet.agent.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvWire;

/**
 * Checkpoints that one actor asks for: one is taken at a time. All who ask meanwhile share the next one, which begins after each of
 * them asked and so has all that they know of. Bounded. Thread-safe.
 */
final class AskedCheckpoints implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AskedCheckpoints.class);

    static final int MOST_WAITING = 64;

    /** From being asked to an answer. */
    private static final Duration BOUND = Duration.ofMinutes(2);

    private final ActorStores.Checkpoint checkpoint;
    private List<Asked> waiting = new ArrayList<>();
    private @Nullable Thread taking;
    private boolean closed;

    AskedCheckpoints(ActorStores.Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** @param giveUp on {@link System#nanoTime} @param reply takes the answer's bytes, once */
    private record Asked(long giveUp, Consumer<byte[]> reply) {}

    /** Does not wait for the checkpoint. */
    void ask(Consumer<byte[]> reply) {
        if (!isTakenUp(new Asked(System.nanoTime() + BOUND.toNanos(), reply))) {
            reply.accept(refused("nothing was done: more than %d checkpoints are asked for".formatted(MOST_WAITING)));
        }
    }

    /** What is under way is given up, and nobody is answered any more. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.clear();
        if (taking != null) {
            taking.interrupt();
        }
    }

    private synchronized boolean isTakenUp(Asked asked) {
        if (closed || waiting.size() == MOST_WAITING) {
            return false;
        }
        waiting.add(asked);
        if (taking == null) {
            taking = Thread.ofVirtual().name("checkpoint").start(this::run);
        }
        return true;
    }

    private void run() {
        try {
            for (var together = next(); !together.isEmpty(); together = next()) {
                var answer = taken(together.getFirst().giveUp() - System.nanoTime());
                together.forEach(asked -> asked.reply().accept(answer));
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private synchronized List<Asked> next() {
        var together = waiting;
        waiting = new ArrayList<>();
        if (together.isEmpty()) {
            taking = null;
        }
        return together;
    }

    private byte[] taken(long leftNanos) throws InterruptedException {
        if (leftNanos <= 0) {
            return refused("nothing was done: the checkpoint before took too long");
        }
        try {
            return KvWire.checkpoint(checkpoint.take(Duration.ofNanos(leftNanos)));
        } catch (ActorStores.Refusal e) {
            return KvWire.write(e.answer());
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a checkpoint failed for a reason of our own");
            return refused("the agent failed: " + e);
        }
    }

    private static byte[] refused(String why) {
        return KvWire.write(new KvAnswer.Refused(Code.UNAVAILABLE, why));
    }
}
