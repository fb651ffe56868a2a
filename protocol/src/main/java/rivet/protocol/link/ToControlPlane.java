package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.LogStream;

/** What an agent says over its socket. The first frame is a {@link Hello}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface ToControlPlane {

    /**
     * @param protocol the version of this conversation the agent speaks: {@link #PROTOCOL}
     * @param region the label under which actors are placed here
     * @param proxyUrl where this agent's proxy is reached, such as {@code http://127.0.0.1:7080}
     * @param actors everything that runs here, or ended here and is still named in the desired set
     * @param location where on earth the region is; absent where nobody said
     * @param hopAddress where this agent takes requests that other agents' proxies hand on, such as {@code 10.0.0.5:7081};
     *     absent where it takes none
     */
    @JsonTypeName("hello")
    record Hello(
            AgentId agent,
            int protocol,
            String version,
            String region,
            String proxyUrl,
            Capacity capacity,
            List<ActorReport> actors,
            @Nullable Location location,
            @Nullable String hopAddress)
            implements ToControlPlane {

        public Hello(
                AgentId agent,
                int protocol,
                String version,
                String region,
                String proxyUrl,
                Capacity capacity,
                List<ActorReport> actors,
                @Nullable Location location) {
            this(agent, protocol, version, region, proxyUrl, capacity, actors, location, null);
        }

        public Hello(
                AgentId agent,
                int protocol,
                String version,
                String region,
                String proxyUrl,
                Capacity capacity,
                List<ActorReport> actors) {
            this(agent, protocol, version, region, proxyUrl, capacity, actors, null, null);
        }
    }

    /** Facts, not events: the same fact may be told often. */
    @JsonTypeName("report")
    record Report(long epoch, List<ActorReport> actors) implements ToControlPlane {}

    /** What actors printed, oldest first. */
    @JsonTypeName("logs")
    record Logs(long epoch, List<LogLine> lines) implements ToControlPlane {}

    /** What the agent's proxy was told of actors that it does not have, and wants to hear of when it no longer holds. */
    @JsonTypeName("follow")
    record Follow(long epoch, List<Followed> actors) implements ToControlPlane {}

    /** @param version as in {@link ActorLocation} */
    record Followed(ActorId actor, long version) {}

    /** The version of this conversation; an agent of another is refused with a message that names both. */
    int PROTOCOL = 2;

    /** @param cpuMillicores 1000 = one core; with any overcommitment of the agent's settings already in it */
    record Capacity(int cpuMillicores, int memoryMib) {}

    /** A place on earth. @param latitude degrees, -90 to 90 @param longitude degrees, -180 to 180 */
    record Location(double latitude, double longitude) {

        public Location {
            if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) {
                throw new IllegalArgumentException(
                        "location: %s,%s (expected: latitude -90 to 90, longitude -180 to 180)"
                                .formatted(latitude, longitude));
            }
        }
    }

    /**
     * @param at the agent's wall clock; shown to people, never compared
     * @param text without its line end; what was longer than the agent's limit is cut
     */
    record LogLine(ActorId actor, long generation, LogStream stream, Instant at, String text) {}
}
