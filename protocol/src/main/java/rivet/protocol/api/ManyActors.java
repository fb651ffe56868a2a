package rivet.protocol.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bodies and answers about many actors at once. */
public final class ManyActors {

    private ManyActors() {}

    /** Body of {@code POST /actors/bulk}. @param actors 1 to 100; all are created or none */
    public record CreateRequest(@Nullable List<@Nullable CreateActorRequest> actors) {}

    /** @param actors in the order of the request */
    public record Created(List<ActorView> actors) {}

    /**
     * Body of {@code POST /actors/destroy}.
     *
     * @param tags those that an actor must have; at least one
     * @param overrideKillTimeout ms in place of each actor's own grace period
     */
    public record DestroyRequest(
            @Nullable Map<String, String> tags, @Nullable Long overrideKillTimeout) {}

    /** @param count how many actors were told to stop */
    public record Destroyed(long count) {}
}
