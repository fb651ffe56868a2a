package rivet.controlplane.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.checkpoint.CheckpointRepository.Content;
import rivet.controlplane.checkpoint.CheckpointRepository.Newest;
import rivet.controlplane.checkpoint.CheckpointRepository.Opened;
import rivet.controlplane.checkpoint.CheckpointRepository.Try;
import rivet.controlplane.database.Chunks;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.kv.KvCopies;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.link.DirOpened;

/** The door for agents and loops: with what a generation's directory starts, and what it and its store are to be kept of. */
@Component
public final class Checkpoints {

    static final String UPLOAD_INVALID = "UPLOAD_INVALID";

    private static final int PRUNED_AT_ONCE = 20;
    private static final Duration TOLD_EVERY = Duration.ofSeconds(10);

    private final CheckpointRepository repository;
    private final Actors actors;
    private final StoreCopies stores;
    private final Transactions transactions;
    private final CheckpointSettings settings;
    private final CheckpointMeters meters;

    Checkpoints(
            CheckpointRepository repository,
            Actors actors,
            StoreCopies stores,
            Transactions transactions,
            CheckpointSettings settings,
            CheckpointMeters meters) {
        this.repository = repository;
        this.actors = actors;
        this.stores = stores;
        this.transactions = transactions;
        this.settings = settings;
        this.meters = meters;
    }

    /**
     * A generation is about to start. From now on what older ones have in their directories is not the newest. Asking again
     * changes nothing.
     *
     * @param held the generation that was the last to have the directory that the asking agent has; 0: it has none
     */
    DirOpened open(ActorId actor, long generation, long held) {
        return transactions.run(() -> {
            if (!repository.hold(actor, generation)) {
                throw stale();
            }
            var known = repository.opened(actor);
            boolean again =
                    known.filter(opened -> opened.generation() == generation).isPresent();
            long previous = again
                    ? known.get().previous()
                    : known.map(Opened::generation).orElse(0L);
            if (!again) {
                repository.open(actor, generation);
            }
            boolean keep = previous != 0 && (held == previous || held == generation);
            var newest = keep ? Optional.<Newest>empty() : repository.newest(actor);
            if (!keep && !again && previous != 0) {
                noteRestored(actor, previous, newest.orElse(null));
            }
            return new DirOpened(
                    keep,
                    newest.map(found -> new DirOpened.Checkpoint(found.number(), found.sizeBytes(), found.sha256()))
                            .orElse(null));
        });
    }

    private void noteRestored(ActorId actor, long previous, @Nullable Newest newest) {
        actors.note(actor, "checkpoint_restored", restored(previous, newest));
    }

    private static String restored(long previous, @Nullable Newest newest) {
        if (newest == null) {
            return "its directory is empty: there is no checkpoint, and what generation %d had in it is lost"
                    .formatted(previous);
        }
        var begun = "its directory is that of checkpoint %d, taken %d s ago of generation %d"
                .formatted(newest.number(), newest.ageSeconds(), newest.generation());
        return newest.isAllThatIsLeftOf(previous)
                ? begun
                : begun + "; what generation %d wrote after that is lost".formatted(previous);
    }

    /** Stores one. Its bytes count for nothing until all have come, and not even then if a newer generation has the directory. */
    long take(Checkpoint checkpoint, InputStream in) throws IOException {
        return meters.<Long, IOException>timed(checkpoint.cause(), () -> taken(checkpoint, in));
    }

    private long taken(Checkpoint checkpoint, InputStream in) throws IOException {
        var begun = transactions.run(() -> repository.begin(checkpoint));
        if (begun.isEmpty()) {
            long number = repository.number(checkpoint.id()).orElseThrow(Checkpoints::stale);
            in.transferTo(OutputStream.nullOutputStream()); // a body that nobody has begun to read cannot be left
            return number;
        }
        boolean complete = false;
        try {
            receive(checkpoint, begun.get(), in);
            long number = complete(checkpoint, begun.get());
            complete = true;
            meters.keptDir(checkpoint.sizeBytes());
            return number;
        } finally {
            if (!complete) {
                repository.drop(begun.get());
            }
        }
    }

    private void receive(Checkpoint checkpoint, Try one, InputStream in) throws IOException {
        var digest = sha256();
        var rows = new Progress(
                (chunk, bytes) -> {
                    if (!repository.insert(one, chunk, bytes)) {
                        throw notCompleted(checkpoint);
                    }
                },
                TOLD_EVERY,
                bytes -> noteProgress(checkpoint, bytes));
        long came = Chunks.store(rows, new DigestInputStream(in, digest), checkpoint.sizeBytes());
        var found = HexFormat.of().formatHex(digest.digest());
        if (came != checkpoint.sizeBytes() || !found.equals(checkpoint.sha256())) {
            throw new Problem(
                    HttpStatus.BAD_REQUEST,
                    UPLOAD_INVALID,
                    "%d bytes with SHA-256 %s came (expected: %d bytes with %s)"
                            .formatted(came, found, checkpoint.sizeBytes(), checkpoint.sha256()));
        }
    }

    private void noteProgress(Checkpoint checkpoint, long bytes) {
        transactions.run(() -> {
            actors.note(
                    checkpoint.actor(),
                    "checkpoint_progress",
                    "%d of %d bytes of a checkpoint of its directory have come"
                            .formatted(bytes, checkpoint.sizeBytes()));
            return checkpoint;
        });
    }

    private long complete(Checkpoint checkpoint, Try one) {
        return checkpoint.cause().keepsStore()
                ? stores.oneOfFew(() -> transactions.run(() -> completed(checkpoint, one)))
                : transactions.run(() -> completed(checkpoint, one));
    }

    private long completed(Checkpoint checkpoint, Try one) {
        var actor = checkpoint.actor();
        repository.lockNumbers(actor);
        if (!repository.hold(one)) {
            throw notCompleted(checkpoint);
        }
        boolean keepsStore = checkpoint.cause().keepsStore();
        var kv = keepsStore ? stores.take(actor, checkpoint.id()) : Optional.<KvCopies.Size>empty();
        // Looked at last: what was copied is of the generation that asks.
        if (keepsStore && !repository.hold(actor, checkpoint.generation())) {
            throw stale();
        }
        if (!repository.holdDir(checkpoint.id())) {
            throw notCompleted(checkpoint);
        }
        long number = repository.complete(checkpoint.id(), kv.orElse(null), null);
        repository.dropOld(actor, settings.keep());
        actors.note(
                actor,
                "checkpoint_taken",
                "checkpoint %d of its directory: %d bytes in its files, %d as stored%s"
                        .formatted(
                                number,
                                checkpoint.contentBytes(),
                                checkpoint.sizeBytes(),
                                keepsStore ? "; its store: " + said(kv) : ""));
        return number;
    }

    static String said(Optional<KvCopies.Size> kv) {
        return kv.map(size -> "%d entries, %d bytes".formatted(size.entries(), size.bytes()))
                .orElse("nothing, it is too large");
    }

    /** Keeps the store of an actor that has no directory. @param id the agent's name for it: the same one again is a retry */
    long takeStore(UUID id, ActorId actor, long generation) {
        return meters.timed(
                Checkpoint.Cause.ASKED,
                () -> stores.oneOfFew(() -> transactions.run(() -> storeTaken(id, actor, generation))));
    }

    private long storeTaken(UUID id, ActorId actor, long generation) {
        repository.lockNumbers(actor);
        var known = repository.number(id);
        if (known.isPresent()) {
            return known.getAsLong();
        }
        repository.begin(id, actor, generation, new Content(Checkpoint.Cause.ASKED, null, null));
        var kv = stores.take(actor, id);
        if (!repository.hold(actor, generation)) {
            throw stale();
        }
        long number = repository.complete(id, kv.orElseThrow(KvCopies::tooLarge), null);
        repository.dropOld(actor, settings.keep());
        actors.note(actor, "checkpoint_taken", "checkpoint %d of its store: %s".formatted(number, said(kv)));
        return number;
    }

    /** Of what is stale nothing is kept anywhere, so it is not said lightly. */
    private Problem notCompleted(Checkpoint checkpoint) {
        return repository.isNewest(checkpoint.actor(), checkpoint.generation())
                ? Problem.conflict("CHECKPOINT_OVERTAKEN", "checkpoint: another try of the same took its place")
                : stale();
    }

    /** Tells that an agent found more in an actor's directory than may be in it. */
    void overQuota(ActorId actor, long generation, long bytes, long quotaBytes) {
        transactions.run(() -> {
            if (!repository.hold(actor, generation)) {
                throw stale();
            }
            actors.note(
                    actor,
                    "checkpoint_over_quota",
                    "%d bytes are in its directory (expected: at most %d): it takes no checkpoints while that is so"
                            .formatted(bytes, quotaBytes));
            return actor;
        });
    }

    /** The newest one, if it is still this one. */
    Newest newest(ActorId actor, long number) {
        return repository
                .newest(actor)
                .filter(newest -> newest.number() == number)
                .orElseThrow(() -> Problem.notFound(
                        "CHECKPOINT_NOT_FOUND",
                        "checkpoint: %d is not the newest of actor %s".formatted(number, actor)));
    }

    void copy(Newest checkpoint, OutputStream out) throws IOException {
        Chunks.copy(chunk -> repository.read(checkpoint.dirOf(), chunk), out);
    }

    /** Removes what destroyed actors left, and what was never completed. @return whether more can be done at once */
    public boolean prune() {
        return repository.prune(settings.unfinished(), PRUNED_AT_ONCE) == PRUNED_AT_ONCE;
    }

    private static Problem stale() {
        return Problem.conflict(
                "STALE_GENERATION", "generation: a newer one of this actor was started, or it is destroyed");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
