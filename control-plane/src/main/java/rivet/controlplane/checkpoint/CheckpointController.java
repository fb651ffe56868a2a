package rivet.controlplane.checkpoint;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.checkpoint.CheckpointRepository.Kept;
import rivet.protocol.api.CheckpointView;

/** Actors' checkpoints, over REST. */
@RestController
@RequestMapping("/actors/{id}/checkpoints")
class CheckpointController {

    private final CheckpointRequests requests;

    CheckpointController(CheckpointRequests requests) {
        this.requests = requests;
    }

    /** What is kept of an actor's store and directory as they were, the newest first. */
    @Needs(Scope.READ)
    @GetMapping
    CheckpointView.Many listCheckpoints(Caller caller, @PathVariable("id") String id) {
        return new CheckpointView.Many(requests.all(caller, id).stream()
                .map(CheckpointController::view)
                .toList());
    }

    /** Keeps an actor's store as it is now; and its directory, if the actor sleeps. */
    @Needs(Scope.ACTORS)
    @PostMapping
    CheckpointView.One takeCheckpoint(Caller caller, @PathVariable("id") String id) {
        return new CheckpointView.One(view(requests.take(caller, id)));
    }

    /**
     * Has an actor that sleeps go on from a checkpoint; what it has now is kept as another one.
     *
     * @param number of the checkpoint, as the list tells
     */
    @Needs(Scope.ACTORS)
    @PostMapping("/{number}/restore")
    CheckpointView.Restored restoreCheckpoint(
            Caller caller, @PathVariable("id") String id, @PathVariable("number") long number) {
        var restored = requests.restore(caller, id, number);
        return new CheckpointView.Restored(view(restored.restored()), restored.undo(), restored.lost());
    }

    private static CheckpointView view(Kept kept) {
        return new CheckpointView(
                kept.number(),
                kept.cause(),
                kept.takenAt(),
                kept.generation(),
                kept.kvEntries() == null || kept.kvBytes() == null
                        ? null
                        : new CheckpointView.Kv(kept.kvEntries(), kept.kvBytes()),
                kept.dirBytes() == null || kept.dirStoredBytes() == null
                        ? null
                        : new CheckpointView.Dir(kept.dirBytes(), kept.dirStoredBytes()),
                kept.restores());
    }
}
