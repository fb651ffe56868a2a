package rivet.agent.proxy;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;

/** What a request wants to get through: a port of an actor, or any port of any actor of a custom route. */
sealed interface Door permits Destination, RouteDoor, HopDoor {

    /** Where in the request's head the actor's part of the target begins. */
    int targetFrom();

    /** Where the part of the target begins that the actor does not see; it ends where the actor's begins. */
    int prefixFrom();

    /** What can be said from what this agent knows; {@link Verdict.Ask} where it knows nothing. */
    Verdict look(Lane lane);

    /** What the control plane knows, or null when too much is being asked already. Fails when it cannot be reached. */
    @Nullable
    CompletionStage<Verdict> ask(Lane lane);

    /** An owner has refused a request that came through here: what was asked about it is forgotten. */
    default void refused(Lane lane) {}

    /** What a request hears while this agent may not serve the actors that it has. */
    default Problem unserved() {
        return Problem.LEASE_LOST;
    }

    /** Whoever waits before this door is woken under this key. */
    Object awaited();

    /** How those who wait under one key are told apart for their bound. */
    String port();
}
