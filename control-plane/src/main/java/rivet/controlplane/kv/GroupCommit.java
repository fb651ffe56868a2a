package rivet.controlplane.kv;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessResourceException;
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

    private final KvRepository repository;
    private final Pace pace;
    private final StoreMeters meters;
    private final BlockingQueue<Pending> queue;
    private final List<Runnable> ends;
    private volatile boolean closed;

    GroupCommit(KvRepository repository, Pace pace, StoreMeters meters) {
        this.repository = repository;
        this.pace = pace;
        this.meters = meters;
        this.queue = pace.queue(MOST_WAITING);
        meters.watch(queue, MOST_WAITING);
        this.ends = IntStream.range(0, THREADS)
                .mapToObj(n -> pace.start("kv-commit-" + n, this::run))
                .toList();
    }

    /** @param answers empty: nobody knows what became of it */
    private record Pending(Batch batch, CompletableFuture<Bytes> answers) {

        UUID actor() {
            return batch.writer().actor();
        }
    }

    /** Answers to each batch; empty where nobody knows what became of it, and asking again with the same number is safe. */
    CompletableFuture<List<Bytes>> write(List<Batch> batches) {
        var all = batches.stream().map(this::submit).toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(_ -> all.stream().map(CompletableFuture::join).toList());
    }

    @Override
    public void close() {
        closed = true;
        ends.forEach(Runnable::run);
    }

    private CompletableFuture<Bytes> submit(Batch batch) {
        var pending = new Pending(batch, new CompletableFuture<>());
        if (closed || !queue.offer(pending)) {
            return CompletableFuture.completedFuture(Bytes.EMPTY);
        }
        return pace.within(pending.answers(), Bytes.EMPTY, BOUND);
    }

    private void run() {
        try {
            while (!closed) {
                var group = take();
                meters.group(group.size());
                commit(group);
            }
        } catch (InterruptedException _) {
            closed = true;
        }
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
            next.answers().complete(Bytes.EMPTY);
        }
        return group;
    }

    /** One that the database refuses must not fail its neighbours. */
    private void commit(List<Pending> group) {
        try {
            var answers = repository.commit(group.stream().map(Pending::batch).toList());
            group.forEach(pending -> answer(pending, answers));
        } catch (RuntimeException e) {
            if (group.size() > 1 && isOfOne(e)) {
                group.forEach(pending -> commit(List.of(pending)));
                return;
            }
            log.atWarn().addKeyValue("writes", group.size()).setCause(e).log("writes were not confirmed");
            group.forEach(pending -> pending.answers().complete(Bytes.EMPTY));
        }
    }

    /** Not of a database that is away: to ask it for each of a group would hold up all that comes after. */
    private static boolean isOfOne(RuntimeException e) {
        return e instanceof DataAccessException
                && !(e instanceof NonTransientDataAccessResourceException)
                && !(e instanceof TransientDataAccessResourceException);
    }

    private static void answer(Pending pending, Map<UUID, Bytes> answers) {
        pending.answers().complete(answers.getOrDefault(pending.actor(), Bytes.EMPTY));
    }
}
