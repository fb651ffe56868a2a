package rivet.agent.kv;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvBatch;

/** The door. Thread-safe. */
public final class ActorStores implements AutoCloseable {

    /** Answers of reads are large, and all are in memory at once. */
    private static final int READS_AT_ONCE = 8;

    private final SharedWrites writes;
    private final RemoteStore.Ways ways;

    /**
     * @param holdsLease whether at this instant no generation that runs elsewhere can exist: only then is what was read or
     *     written here last known to be what is stored
     */
    public ActorStores(Remote remote, BooleanSupplier holdsLease, MeterRegistry registry) {
        this(remote, holdsLease, registry, Pace.REAL);
    }

    ActorStores(Remote remote, BooleanSupplier holdsLease, MeterRegistry registry, Pace pace) {
        var meters = new StoreMeters(registry);
        this.writes = new SharedWrites(remote, pace, meters);
        this.ways = new RemoteStore.Ways(remote, writes, pace.places(READS_AT_ONCE), holdsLease, pace, meters);
    }

    /** The control plane; each call fails with an {@link IOException} when it is away, and may be done all the same. */
    public interface Remote {

        /** Batches of many actors. @return the answers to each, joined; an empty one is to be asked again */
        CompletableFuture<byte[]> write(List<KvBatch> batches) throws IOException, InterruptedException;

        /** Reads of one actor, that must see its batch of that number. @return an answer to each */
        byte[] read(ActorId actor, long generation, long confirmed, byte[] reads)
                throws IOException, InterruptedException;

        /** @return the answer that says how far the numbers of a generation have come */
        byte[] resume(ActorId actor, long generation) throws IOException, InterruptedException;
    }

    /** What an actor has beside its store, kept when it asks for it. */
    public interface Checkpoint {

        /** @return its number */
        long take(Duration atMost) throws Refusal, InterruptedException;
    }

    /** Why something was not done, as the actor is told. */
    public static final class Refusal extends Exception {

        private final KvAnswer.Code code;

        public Refusal(KvAnswer.Code code, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.code = code;
        }

        KvAnswer.Refused answer() {
            return new KvAnswer.Refused(code, String.valueOf(getMessage()));
        }
    }

    /** Whose store it is. */
    record Owner(ActorId actor, long generation) {}

    /** For a generation that is being started. @param socket where its process finds its store; nothing may be there */
    public Store open(ActorId actor, long generation, Path socket, Checkpoint checkpoint) {
        return open(store(actor, generation), socket, checkpoint);
    }

    /** For one that an earlier run of the agent had started. */
    public Store reopen(ActorId actor, long generation, Path socket, Checkpoint checkpoint) {
        var store = store(actor, generation);
        store.resume();
        return open(store, socket, checkpoint);
    }

    /** Is there until it is closed; that fails what still waits for an answer. */
    public interface Store extends AutoCloseable {

        /** Where the actor's process finds it. */
        Path socket();

        /** Completes when the process says there that it is ready. */
        CompletableFuture<Void> ready();

        /** Completes when the process says there that it wants to sleep. */
        CompletableFuture<Void> sleep();

        /** Whether the process was told of an alarm that it has not handled. */
        boolean handlesAlarm();

        /** From now on this is what the process hears there when it asks what is to become of it. */
        void tell(News news);

        @Override
        void close();
    }

    /** @param stop why it is being stopped; empty: it is not, or nobody said @param newer a build that waits; empty: none */
    public record News(String stop, String newer) {

        static final News NONE = new News("", "");
    }

    /** Only when no store is open any more. */
    @Override
    public void close() {
        writes.close();
    }

    private RemoteStore store(ActorId actor, long generation) {
        return store(new Owner(actor, generation), new KnownEntries());
    }

    RemoteStore store(Owner owner, KnownEntries known) {
        return new RemoteStore(owner, ways, known);
    }

    private static Store open(RemoteStore store, Path socket, Checkpoint checkpoint) {
        try {
            return StoreSocket.open(store, socket, checkpoint);
        } catch (IOException e) {
            throw new UncheckedIOException("the socket of an actor's store could not be opened: " + socket, e);
        }
    }
}
