package rivet.protocol.link;

import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;

/**
 * Where an actor is, for a proxy that does not know it.
 *
 * @param state {@code pending}, {@code starting}, {@code running}, {@code crash_backoff}, {@code stopping} or
 *     {@code destroyed}
 * @param agent who runs it; absent while no one does
 * @param proxyUrl that agent's proxy
 */
public record ActorLocation(
        ActorId actor,
        String state,
        @Nullable AgentId agent,
        @Nullable String proxyUrl) {}
