package rivet.protocol.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /actors} and {@code PUT /actors}. What may be absent is nullable; limits are checked by the control plane.
 *
 * @param key a name that no other live actor of the environment has, 1 to 256 bytes; an addition to version 25.5.3
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
        @Nullable Lifecycle lifecycle) {

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
     */
    public record Lifecycle(
            @Nullable Long killTimeout,
            @Nullable Boolean durable,
            @Nullable Long placementTimeout) {}
}
