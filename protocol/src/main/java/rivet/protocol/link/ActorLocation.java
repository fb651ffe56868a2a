package rivet.protocol.link;

import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;

/**
 * Where an actor is, for a proxy that does not know it.
 *
 * @param state {@code pending}, {@code starting}, {@code running}, {@code crash_backoff}, {@code restarting} (it stops and
 *     is started again), {@code stopping} (and is not) or {@code destroyed}
 * @param agent who runs it; absent while no one does
 * @param proxyUrl that agent's proxy
 * @param hop how another agent's proxy hands on requests for it; absent while it has no agent, or one that takes none
 * @param version of what is known of the actor; it grows with each change
 */
public record ActorLocation(
        ActorId actor,
        String state,
        @Nullable AgentId agent,
        @Nullable String proxyUrl,
        @Nullable Hop hop,
        @Nullable Long version) {

    /**
     * @param address of the owner's listener for other agents, such as {@code 10.0.0.5:7081}
     * @param generation which the owner must be running
     */
    public record Hop(String address, long generation) {}

    public ActorLocation(ActorId actor, String state, @Nullable AgentId agent, @Nullable String proxyUrl) {
        this(actor, state, agent, proxyUrl, null, null);
    }
}
