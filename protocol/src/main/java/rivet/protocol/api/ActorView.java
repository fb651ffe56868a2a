package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An actor as the API shows it.
 *
 * @param state where it is in its life: {@code pending}, {@code starting}, {@code running}, {@code crash_backoff},
 *     {@code stopping}, {@code sleeping} or {@code destroyed}; an addition to version 25.5.3, whose clients pass it over
 * @param reason why it is in that state: a stable code
 * @param queuePosition of one that is {@code pending}: its place among those that wait in its region, from 1; absent beyond
 *     10 000; an addition likewise
 * @param key the name that no other live actor of the environment has; absent if it has none; an addition likewise
 * @param storage what it keeps beside its store; absent: nothing; an addition likewise
 */
public record ActorView(
        String id,
        String region,
        Map<String, String> tags,
        Runtime runtime,
        Network network,
        Resources resources,
        Lifecycle lifecycle,
        String state,
        @Nullable String reason,
        @Nullable Integer queuePosition,
        @Nullable String key,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant destroyedAt,
        @Nullable Upgrade upgrade,
        CreateActorRequest.@Nullable Storage storage) {

    public record Runtime(String build, @Nullable List<String> arguments, Map<String, String> environment) {}

    public record Network(String mode, Map<String, Port> ports) {}

    public record Port(
            String protocol,
            @Nullable Integer internalPort,
            @Nullable String hostname,
            @Nullable Integer port,
            @Nullable String path,
            @Nullable String url,
            PortRouting routing) {}

    /** @param cpu millicores @param memory MiB */
    public record Resources(int cpu, int memory) {}

    /**
     * The newest upgrade, where there is something to tell of it.
     *
     * @param build that it was upgraded to
     * @param previousBuild that was ready before
     * @param state {@code open}: the new build has not been ready yet; or {@code rolled_back}: it did not become ready, and the
     *     actor has the build before again
     * @param message why it was rolled back, for people
     * @param waitsUntil when the new build is started at the latest, where it waits for the actor to be idle
     */
    public record Upgrade(
            String build,
            String previousBuild,
            String state,
            @Nullable String message,
            @Nullable Instant waitsUntil) {}

    /**
     * @param killTimeout ms
     * @param placementTimeout ms; absent: it waits for its first agent as long as it takes
     * @param startTimeout ms; absent: its build's, else its agent's
     * @param readiness absent: open ports are all
     * @param liveness absent: its process has to be there, no more
     * @param idleTimeout ms; absent: it stays awake
     * @param upgrade absent: {@code now}
     */
    public record Lifecycle(
            long killTimeout,
            boolean durable,
            @Nullable Long placementTimeout,
            @Nullable Long startTimeout,
            CreateActorRequest.@Nullable Readiness readiness,
            CreateActorRequest.@Nullable Liveness liveness,
            @Nullable Long idleTimeout,
            @Nullable UpgradePolicyView upgrade) {}

    public record One(ActorView actor) {}

    /** Answer of {@code PUT /actors}. @param created whether this request created it */
    public record GetOrCreated(ActorView actor, boolean created) {}

    public record Many(List<ActorView> actors, Pagination pagination) {}

    /** @param cursor what to send for the next page; absent on the last one */
    public record Pagination(@Nullable String cursor) {}
}
