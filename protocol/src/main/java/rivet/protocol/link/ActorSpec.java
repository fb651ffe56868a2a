package rivet.protocol.link;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.Health;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;
import rivet.protocol.PortProtocol;

/**
 * All that an agent must know to start an actor.
 *
 * @param key the name that no other live actor of its environment has; absent if it has none
 * @param environment the author's variables; {@code PORT_…} and {@code RIVET_…} win over them
 * @param ports by the name the author gave; at most 8
 * @param cpuMillicores the share reserved, 1000 = one core
 * @param memoryMib the limit, in MiB
 * @param graceMs from the termination signal to the kill when the agent itself must stop the actor
 * @param health absent: as usual
 * @param idleTimeoutMs without a request or a connection, after which it need not run; absent: it always has to
 * @param dirQuotaBytes of its own directory; absent: it has none
 */
public record ActorSpec(
        Build build,
        Map<String, String> tags,
        @Nullable String key,
        Map<String, String> environment,
        Map<String, Port> ports,
        int cpuMillicores,
        int memoryMib,
        long graceMs,
        Owner owner,
        Instant createdAt,
        @Nullable Health health,
        @Nullable Long idleTimeoutMs,
        @Nullable Long dirQuotaBytes) {

    public ActorSpec(
            Build build,
            Map<String, String> tags,
            @Nullable String key,
            Map<String, String> environment,
            Map<String, Port> ports,
            int cpuMillicores,
            int memoryMib,
            long graceMs,
            Owner owner,
            Instant createdAt) {
        this(
                build,
                tags,
                key,
                environment,
                ports,
                cpuMillicores,
                memoryMib,
                graceMs,
                owner,
                createdAt,
                null,
                null,
                null);
    }

    /**
     * @param sha256 of the bytes as stored, in lower-case hex; the agent refuses others
     * @param compression {@code none}, {@code gzip} or {@code lz4}
     */
    public record Build(BuildId id, BuildKind kind, String sha256, long sizeBytes, String compression) {}

    /**
     * @param internalPort where the actor listens; absent: the agent chooses, and the actor reads {@code PORT_<NAME>}
     * @param url how the world reaches it; absent where no one does
     * @param guard who may reach it through a proxy; absent: everyone
     * @param limits what proxies take from its clients; absent: whatever comes
     * @param hibernates whether WebSockets of its clients outlive the actor's processes; absent: they do not
     */
    public record Port(
            PortProtocol protocol,
            @Nullable Integer internalPort,
            @Nullable String url,
            @Nullable PortGuard guard,
            @Nullable PortLimits limits,
            @Nullable Boolean hibernates) {

        public Port(PortProtocol protocol, @Nullable Integer internalPort, @Nullable String url) {
            this(protocol, internalPort, url, null, null, null);
        }
    }

    /** Whose actor it is, as its context shows it; ids are UUIDs as text. */
    public record Owner(
            String projectId,
            String projectSlug,
            String environmentId,
            String environmentSlug,
            String clusterId,
            String region,
            String regionName) {}
}
