package rivet.protocol.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /actors} and {@code PUT /actors}. What may be absent is nullable; limits are checked by the control plane.
 *
 * @param key a name that no other live actor of the environment has, 1 to 256 bytes; an addition to version 25.5.3
 * @param storage what it keeps beside its store; an addition to version 25.5.3
 */
public record CreateActorRequest(
        @Nullable Map<String, String> tags,
        @Nullable String key,
        @Nullable String build,
        @Nullable Map<String, String> buildTags,
        @Nullable String region,
        @Nullable Runtime runtime,
        @Nullable Network network,
        @Nullable Resources resources,
        @Nullable Lifecycle lifecycle,
        @Nullable Storage storage) {

    public record Runtime(
            @Nullable Map<String, String> environment,
            @Nullable List<String> arguments,
            @Nullable RuntimeNetwork network) {}

    public record RuntimeNetwork(@Nullable String endpointType) {}

    public record Network(
            @Nullable String mode,
            @Nullable Map<String, Port> ports,
            @Nullable Boolean waitReady) {}

    public record Port(
            @Nullable String protocol,
            @Nullable Integer internalPort,
            @Nullable PortRouting routing) {}

    /** @param cpu millicores @param memory MiB */
    public record Resources(@Nullable Integer cpu, @Nullable Integer memory) {}

    /**
     * @param killTimeout ms from the termination signal to the kill, 0 to 7 200 000
     * @param placementTimeout ms that it may wait for its first agent, 0 to 86 400 000; then it is destroyed, and with 0 it is
     *     not even created; absent: as long as it takes; an addition to version 25.5.3
     * @param startTimeout ms from the spawn until it is ready, 100 to 3 600 000; absent: its build's, else the agent's, 30 000
     *     unless its operator set another; an addition to version 25.5.3
     * @param readiness beside open ports; an addition to version 25.5.3
     * @param liveness absent: its process has to be there, no more; an addition to version 25.5.3
     * @param idleTimeout ms without a request or a connection, after which it is put to sleep, 1000 to 86 400 000; absent: it
     *     stays awake; an addition to version 25.5.3
     * @param upgrade when it gets a new build where the upgrade does not say; absent: {@code now}; an addition to version 25.5.3
     */
    public record Lifecycle(
            @Nullable Long killTimeout,
            @Nullable Boolean durable,
            @Nullable Long placementTimeout,
            @Nullable Long startTimeout,
            @Nullable Readiness readiness,
            @Nullable Liveness liveness,
            @Nullable Long idleTimeout,
            @Nullable UpgradePolicyView upgrade) {}

    /** @param dir its own directory, which it finds again wherever it starts next; absent: it has none */
    public record Storage(@Nullable Dir dir) {}

    /** @param quotaBytes how much may be in it, 1 048 576 to 1 073 741 824 */
    public record Dir(@Nullable Long quotaBytes) {}

    /** @param signal whether the actor says when it is ready: {@code ctx.ready()} */
    public record Readiness(
            @Nullable Boolean signal, @Nullable HttpCheck http) {}

    /** @param period ms from one check to the next, 100 to 3 600 000 @param failures in a row, 1 to 100 */
    public record Liveness(
            @Nullable HttpCheck http,
            @Nullable Long period,
            @Nullable Integer failures) {}

    /** @param path is to be answered with 2xx */
    public record HttpCheck(@Nullable String port, @Nullable String path) {}
}
