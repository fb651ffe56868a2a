package rivet.client;

import java.util.Objects;

/**
 * The answer of {@link Actors#getOrCreate}.
 *
 * @param actor the one live actor with the key
 * @param created whether this call created it. A call that was repeated because its first answer was lost says false
 *     although the first one created the actor: do not build an only-once on it
 */
public record GetOrCreated(Actor actor, boolean created) {

    /** Checks that the server sent an actor. */
    public GetOrCreated {
        Objects.requireNonNull(actor, "actor");
    }
}
