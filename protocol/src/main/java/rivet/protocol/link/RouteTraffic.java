package rivet.protocol.link;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an agent's proxy did for custom routes since the batch before. It has a request of its own, whose answer says that
 * it is stored: until then the agent sends the same batch again, and a batch that came before changes nothing.
 *
 * @param run names one run of the agent's process, which counts its batches
 * @param batch from 1; the next is sent only when this one is stored
 */
public record RouteTraffic(UUID run, long batch, List<Count> counts) {

    public RouteTraffic {
        counts = List.copyOf(counts);
    }

    /** The most counts in one batch. */
    public static final int MOST_COUNTS = 1_000;

    /**
     * Requests that had all of this in common.
     *
     * @param environmentId whose route it was, a UUID as text
     * @param route its name
     * @param hostname of the route
     * @param method such as {@code GET}; {@code OTHER} for one the proxy does not know
     * @param status that the client was answered; 499 where it left before
     * @param cause why the proxy answered and not an actor, such as {@code no_actor}; absent where an actor did
     * @param ageMs how long ago they were, by the agent's own clock when this is sent; times of two machines are never
     *     compared
     */
    public record Count(
            String environmentId,
            String route,
            String hostname,
            String method,
            int status,
            @Nullable String cause,
            long ageMs,
            long requests) {}
}
