package rivet.client;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A host name and path of one's own that lead to the actors with some tags.
 *
 * @param id its name in the environment
 * @param createdAt by the server's clock
 * @param updatedAt by the server's clock
 * @param hostname the host of the requests that it takes
 * @param path the path of the requests that it takes; empty for all
 * @param routeSubpaths whether longer paths that begin with this one are taken too
 * @param stripPrefix whether the actor sees the request without the path
 * @param target where the requests go
 */
public record Route(
        String id,
        Instant createdAt,
        Instant updatedAt,
        String hostname,
        String path,
        boolean routeSubpaths,
        boolean stripPrefix,
        Target target) {

    /** Checks that the server sent what a route always has. */
    public Route {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(target, "target");
    }

    /**
     * Where a route's requests go.
     *
     * @param actors to actors; {@code null} if the server has a kind of target that this client does not know
     */
    public record Target(@Nullable ActorTarget actors) {}

    /**
     * To any of the live actors with at least some tags.
     *
     * @param selectorTags 1 to 8; unmodifiable
     */
    public record ActorTarget(Map<String, String> selectorTags) {
        /** Copies the tags. */
        public ActorTarget {
            selectorTags = Answers.orEmpty(selectorTags);
        }
    }
}
