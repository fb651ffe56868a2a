package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.Health;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;
import rivet.protocol.PortProtocol;

/**
 * What an actor's creator asked for, and what it was lent for its whole life; never changes.
 *
 * @param key unique among the environment's actors that are not destroyed; also a generated column
 * @param grace from the termination signal to the kill
 * @param placementTimeout how long it may wait for its first agent; absent: as long as it takes
 * @param health absent: as usual
 * @param idleTimeout how long nobody uses it before it is put to sleep; absent: it never is for that
 * @param dirQuotaBytes of its own directory; absent: it has none
 * @param upgrade when it gets a new build where the upgrade does not say; absent: now
 */
record ActorSetup(
        @Nullable String key,
        Map<String, String> environment,
        Network network,
        Map<String, Port> ports,
        EndpointType endpoint,
        Duration grace,
        boolean durable,
        @Nullable Duration placementTimeout,
        @Nullable Health health,
        @Nullable Duration idleTimeout,
        @Nullable Long dirQuotaBytes,
        @Nullable UpgradePolicy upgrade) {

    /**
     * @param internalPort where the actor listens; absent: the agent chooses
     * @param guard who may reach it; absent: everyone
     * @param limits what proxies take from its clients; absent: whatever comes
     * @param hibernates whether WebSockets of its clients outlive the actor's processes; absent: they do not
     * @param ingress the number at which its region's proxies lead to it, where they have one for it alone
     */
    record Port(
            PortProtocol protocol,
            @Nullable Integer internalPort,
            @Nullable PortGuard guard,
            @Nullable PortLimits limits,
            @Nullable Boolean hibernates,
            @Nullable Integer ingress) {

        Port withIngress(int number) {
            return new Port(protocol, internalPort, guard, limits, hibernates, number);
        }
    }

    ActorSetup with(Map<String, Port> numbered) {
        return new ActorSetup(
                key,
                environment,
                network,
                numbered,
                endpoint,
                grace,
                durable,
                placementTimeout,
                health,
                idleTimeout,
                dirQuotaBytes,
                upgrade);
    }

    /** Whether proxies have a number for one of its ports alone. */
    boolean hasIngress() {
        return ports.values().stream().anyMatch(port -> !port.protocol().isHttp());
    }

    enum Network {
        BRIDGE,
        HOST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Which of the two forms of URL a port is shown with. */
    enum EndpointType {
        HOSTNAME,
        PATH;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
