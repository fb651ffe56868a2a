package rivet.controlplane.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.Actors.Superseded;
import rivet.controlplane.actor.Explanations;
import rivet.controlplane.actor.Explanations.Status;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.checkpoint.Checkpoint.Cause;
import rivet.controlplane.checkpoint.CheckpointRepository.Content;
import rivet.controlplane.checkpoint.CheckpointRepository.Kept;
import rivet.controlplane.checkpoint.CheckpointRepository.Newest;
import rivet.controlplane.checkpoint.CheckpointRepository.Opened;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.kv.KvCopies;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;

/** What people ask for: which checkpoints there are, one more, and that one be brought back. */
@Component
final class CheckpointRequests {

    private static final String ASLEEP = "sleeping";

    private final CheckpointRepository repository;
    private final Actors actors;
    private final Explanations explanations;
    private final StoreCopies stores;
    private final Transactions transactions;
    private final CheckpointSettings settings;
    private final CheckpointMeters meters;

    CheckpointRequests(
            CheckpointRepository repository,
            Actors actors,
            Explanations explanations,
            StoreCopies stores,
            Transactions transactions,
            CheckpointSettings settings,
            CheckpointMeters meters) {
        this.repository = repository;
        this.actors = actors;
        this.explanations = explanations;
        this.stores = stores;
        this.transactions = transactions;
        this.settings = settings;
        this.meters = meters;
    }

    /** The newest first. */
    List<Kept> all(Caller caller, String id) {
        return repository.all(explanations.status(caller.environment(), id).actor());
    }

    /**
     * Keeps the store as it is at one moment, while the actor goes on. Its directory is known here only when it sleeps, and is kept
     * with it then.
     */
    Kept take(Caller caller, String id) {
        return meters.timed(Cause.OPERATOR, () -> taken(caller, id));
    }

    private Kept taken(Caller caller, String id) {
        return stores.oneOfFew(() -> transactions.run(() -> {
            var actor = explanations.status(caller.environment(), id).actor();
            repository.lockNumbers(actor);
            var before = alive(caller, id);
            var checkpoint =
                    repository.begin(null, actor, before.generation(), new Content(Cause.OPERATOR, null, null));
            var kv = stores.take(actor, checkpoint).orElseThrow(KvCopies::tooLarge);
            var after = alive(caller, id);
            var slept = before.state().equals(ASLEEP) && before.equals(after);
            var dir = slept ? whole(actor).map(Newest::dirOf).orElse(null) : null;
            var taken = completed(actor, checkpoint, kv, dir);
            repository.dropOld(actor, settings.keep());
            actors.note(
                    caller,
                    actor,
                    "checkpoint_taken",
                    "checkpoint %d of its store: %s%s"
                            .formatted(
                                    taken.number(),
                                    Checkpoints.said(Optional.of(kv)),
                                    dir == null ? "" : "; and its directory"));
            return taken;
        }));
    }

    private Status alive(Caller caller, String id) {
        var status = explanations.status(caller.environment(), id);
        if (status.state().equals("destroyed")) {
            throw Problem.conflict("ACTOR_DESTROYED", "actor: %s is destroyed".formatted(id));
        }
        if (status.generation() == 0) {
            throw Problem.conflict("KV_NOT_THERE", "actor: it has never run, and so has nothing to keep yet");
        }
        return status;
    }

    /** Of the directory, if the newest checkpoint is all that there is of it. */
    private Optional<Newest> whole(ActorId actor) {
        long opened = repository.opened(actor).map(Opened::generation).orElse(0L);
        return repository.newest(actor).filter(newest -> newest.isAllThatIsLeftOf(opened));
    }

    /**
     * @param restored what was brought back
     * @param undo the number of the checkpoint of what was there before
     * @param lost what of it is not in there, for people; absent: nothing is lost
     */
    record Restored(Kept restored, long undo, @Nullable String lost) {}

    /**
     * Has an actor that sleeps go on from a checkpoint, after what it has now is kept. From then on nothing is taken of what its last
     * process, and whoever has it, may still bring: it is of an older generation.
     */
    Restored restore(Caller caller, String id, long number) {
        return meters.timed(Cause.RESTORED, () -> restored(caller, id, number));
    }

    private Restored restored(Caller caller, String id, long number) {
        return stores.oneOfFew(() -> transactions.run(() -> {
            var actor = explanations.status(caller.environment(), id).actor();
            repository.lockNumbers(actor);
            var superseded = actors.supersede(actor);
            var wanted = repository
                    .find(actor, number)
                    .orElseThrow(() -> Problem.notFound(
                                    "CHECKPOINT_NOT_FOUND", "checkpoint: actor %s has no %d".formatted(actor, number))
                            .at("number"));
            var lost = wanted.dirOf() == null || whole(actor).isPresent()
                    ? null
                    : "what was written to its directory after its newest checkpoint";
            long undo = keepWhatIsReplaced(actor, superseded.last(), wanted).number();
            bringBack(actor, superseded, wanted);
            repository.dropOld(actor, settings.keep());
            actors.note(
                    caller,
                    actor,
                    "restored",
                    "checkpoint %d of %s, with its %s; what was there is checkpoint %d%s"
                            .formatted(
                                    number,
                                    wanted.takenAt(),
                                    parts(wanted),
                                    undo,
                                    lost == null ? "" : "; lost is " + lost));
            return new Restored(wanted, undo, lost);
        }));
    }

    private static String parts(Kept checkpoint) {
        return checkpoint.dirOf() == null
                ? "store"
                : checkpoint.kvEntries() == null ? "directory" : "store and directory";
    }

    private Kept keepWhatIsReplaced(ActorId actor, long generation, Kept wanted) {
        var dir = wanted.dirOf() == null
                ? null
                : repository.newest(actor).map(Newest::dirOf).orElse(null);
        var checkpoint =
                repository.begin(null, actor, generation, new Content(Cause.BEFORE_RESTORE, dir, wanted.number()));
        var kv = wanted.kvEntries() == null
                ? null
                : stores.take(actor, checkpoint).orElseThrow(KvCopies::tooLarge);
        return completed(actor, checkpoint, kv, null);
    }

    private void bringBack(ActorId actor, Superseded superseded, Kept wanted) {
        if (wanted.kvEntries() != null) {
            stores.bringBack(actor, wanted.id());
        }
        if (wanted.dirOf() != null) {
            // As if that generation had opened the directory: what an agent has of it is not the newest any more.
            repository.open(actor, superseded.next());
            var content = new Content(Cause.RESTORED, wanted.dirOf(), wanted.number());
            completed(actor, repository.begin(null, actor, superseded.next(), content), null, null);
        }
    }

    private Kept completed(ActorId actor, UUID checkpoint, KvCopies.@Nullable Size kv, @Nullable UUID dirOf) {
        long number = repository.complete(checkpoint, kv, dirOf);
        return repository.find(actor, number).orElseThrow();
    }
}
