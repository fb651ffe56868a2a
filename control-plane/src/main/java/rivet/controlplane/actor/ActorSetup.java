package rivet.controlplane.actor;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;
import rivet.protocol.PortProtocol;

/**
 * What an actor's creator asked for; never changes.
 *
 * @param key unique among the environment's actors that are not destroyed; also a generated column
 * @param grace from the termination signal to the kill
 * @param placementTimeout how long it may wait for its first agent; absent: as long as it takes
 */
record ActorSetup(
        @Nullable String key,
        Map<String, String> environment,
        Network network,
        Map<String, Port> ports,
        EndpointType endpoint,
        Duration grace,
        boolean durable,
        @Nullable Duration placementTimeout) {

    /**
     * @param internalPort where the actor listens; absent: the agent chooses
     * @param guard who may reach it; absent: everyone
     * @param limits what proxies take from its clients; absent: whatever comes
     */
    record Port(
            PortProtocol protocol,
            @Nullable Integer internalPort,
            @Nullable PortGuard guard,
            @Nullable PortLimits limits) {}

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
