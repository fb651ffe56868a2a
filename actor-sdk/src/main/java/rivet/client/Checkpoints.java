package rivet.client;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is kept of actors' stores and directories as they were: {@link RivetClient#checkpoints()}. Thread-safe. All methods throw
 * {@link RivetException}.
 */
public final class Checkpoints {

    private final Transport transport;

    Checkpoints(Transport transport) {
        this.transport = transport;
    }

    record Many(List<Checkpoint> checkpoints) {
        Many {
            checkpoints = Answers.orEmpty(checkpoints);
        }
    }

    record One(Checkpoint checkpoint) {
        One {
            Objects.requireNonNull(checkpoint, "checkpoint");
        }
    }

    /**
     * All checkpoints of an actor.
     *
     * @param actor its id, a UUID as text
     * @return the newest first; unmodifiable
     * @throws RivetException.NotFound if there is no such actor
     */
    public List<Checkpoint> list(String actor) {
        return transport.send(Call.get(path(actor)), Many.class).checkpoints();
    }

    /**
     * Keeps an actor's store as it is now, while the actor goes on; and its directory, if the actor sleeps.
     *
     * @param actor its id, a UUID as text
     * @return the checkpoint, with what is in it
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict if it is destroyed, has never run, or its store holds more than a checkpoint keeps
     * @throws RivetException.Unavailable with the code {@code CHECKPOINTS_BUSY} if the server copies other stores just now
     */
    public Checkpoint take(String actor) {
        return transport.send(Call.post(path(actor), Map.of()), One.class).checkpoint();
    }

    /**
     * Has an actor that sleeps go on from a checkpoint when it starts next. What it has now is kept as another one, so that this can be
     * undone. Its alarms stay as they are.
     *
     * @param actor its id, a UUID as text
     * @param number of the checkpoint, as the list has it
     * @return what was brought back, and what undoes it
     * @throws RivetException.NotFound if there is no such actor, or it has no such checkpoint
     * @throws RivetException.Conflict with the code {@code ACTOR_NOT_ASLEEP} if it does not sleep, which {@link Actors#sleep} and some
     *     patience mend; or if it is destroyed, or its store holds more than can be kept
     * @throws RivetException.Unavailable with the code {@code CHECKPOINTS_BUSY} if the server copies other stores just now
     */
    public RestoredCheckpoint restore(String actor, long number) {
        return transport.send(
                Call.post("%s/%d/restore".formatted(path(actor), number), Map.of()), RestoredCheckpoint.class);
    }

    private static String path(String actor) {
        return "/actors/" + Transport.encode(Checks.id(actor)) + "/checkpoints";
    }
}
