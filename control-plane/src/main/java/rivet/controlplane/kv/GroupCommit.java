package rivet.controlplane.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpStatus;
import rivet.controlplane.web.Problem;
import rivet.protocol.kv.Bytes;

/**
 * Writes of many actors share a transaction: what comes while one is being committed goes into the next. Two threads, so that
 * one group is computed while the other waits for the disk.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private static final int THREADS = 2;
    private static final int MOST_WAITING = 2_000;
    private static final int MOST_IN_A_GROUP = 200;
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final Duration LOCKED_PAUSE = Duration.ofMillis(10);

    private final KvRepository repository;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final List<Thread> threads;
    private volatile boolean closed;

    GroupCommit(KvRepository repository) {
        this.repository = repository;
        this.threads = IntStream.range(0, THREADS)
                .mapToObj(n -> Thread.ofVirtual().name("kv-commit-" + n).start(this::run))
                .toList();
    }

    private record Pending(Batch batch, CompletableFuture<Outcome> outcome) {

        UUID actor() {
            return batch.writer().actor();
        }
    }

    /** What became of a batch in its group. */
    sealed interface Outcome {

        record Done(Bytes answers) implements Outcome {}

        /** A new generation is being started at this moment: to be asked again, not to be waited for by others. */
        record Locked() implements Outcome {}
    }

    /** @throws Problem 503: too much waits, or nobody knows what became of it; asking again is safe */
    byte[] write(Batch batch) {
        long giveUp = System.nanoTime() + BOUND.toNanos();
        while (System.nanoTime() - giveUp < 0) {
            if (once(batch, giveUp) instanceof Outcome.Done(var answers)) {
                return answers.array();
            }
            pause();
        }
        throw unavailable("the actor's newest generation is being decided", null);
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }

    private Outcome once(Batch batch, long giveUp) {
        var pending = new Pending(batch, new CompletableFuture<>());
        if (!queue.offer(pending)) {
            throw unavailable("too many writes wait", null);
        }
        try {
            return pending.outcome().get(giveUp - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable("the write was not confirmed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the server stops", e);
        }
    }

    private void run() {
        try {
            while (!closed) {
                commit(take());
            }
        } catch (InterruptedException _) {
            closed = true;
        }
        queue.forEach(pending -> pending.outcome().completeExceptionally(new IllegalStateException("the server stops")));
    }

    /** An actor is in a group once: a retry that overtakes its first try waits for the next. */
    private List<Pending> take() throws InterruptedException {
        var group = new ArrayList<Pending>();
        var actors = new HashSet<UUID>();
        var next = queue.take();
        while (next != null && actors.add(next.actor())) {
            group.add(next);
            next = group.size() < MOST_IN_A_GROUP ? queue.poll() : null;
        }
        if (next != null && !queue.offer(next)) {
            next.outcome().completeExceptionally(new IllegalStateException("the queue is full"));
        }
        return group;
    }

    /** One that the database refuses must not fail its neighbours. */
    private void commit(List<Pending> group) {
        try {
            var outcomes = repository.commit(group.stream().map(Pending::batch).toList());
            group.forEach(pending -> answer(pending, outcomes));
        } catch (RuntimeException e) {
            if (group.size() > 1 && isOfOne(e)) {
                group.forEach(pending -> commit(List.of(pending)));
                return;
            }
            log.atWarn().addKeyValue("writes", group.size()).setCause(e).log("writes were not confirmed");
            group.forEach(pending -> pending.outcome().completeExceptionally(e));
        }
    }

    /** Not of a database that is away: to ask it for each of a group would hold up all that comes after. */
    private static boolean isOfOne(RuntimeException e) {
        return e instanceof DataAccessException
                && !(e instanceof NonTransientDataAccessResourceException)
                && !(e instanceof TransientDataAccessResourceException);
    }

    private static void answer(Pending pending, Map<UUID, Outcome> outcomes) {
        pending.outcome().complete(outcomes.getOrDefault(pending.actor(), new Outcome.Locked()));
    }

    private static void pause() {
        try {
            Thread.sleep(LOCKED_PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Problem unavailable(String why, @Nullable Throwable cause) {
        return new Problem(HttpStatus.SERVICE_UNAVAILABLE, "KV_UNAVAILABLE", why, cause);
    }
}
