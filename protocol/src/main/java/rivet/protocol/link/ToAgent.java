package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/** What the control plane says over an agent's socket. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface ToAgent {

    /**
     * The answer to a hello.
     *
     * @param epoch counts this agent's registrations; every frame of either side carries it, and one of another epoch is
     *     from the past
     * @param heartbeatMs how often the agent is to send a heartbeat
     * @param fenceMs how long the agent may serve from the sending of this hello, or of the heartbeat granted last
     * @param outageMs how long it may serve from there at most, by the promises of all replicas; absent: not at all by them
     */
    @JsonTypeName("welcome")
    record Welcome(
            long epoch,
            long heartbeatMs,
            long fenceMs,
            @Nullable Long outageMs) implements ToAgent {

        public Welcome(long epoch, long heartbeatMs, long fenceMs) {
            this(epoch, heartbeatMs, fenceMs, null);
        }
    }

    /**
     * All that the agent is to run or to stop; what it runs and is not named here it stops at once.
     *
     * @param revision grows with each change of the set; a set that is not newer than the one in force changes nothing
     */
    @JsonTypeName("desired")
    record Desired(long epoch, long revision, List<DesiredActor> actors) implements ToAgent {}

    /**
     * How a set differs from the one before, so that a change costs what it changes and not what there is.
     *
     * @param since the revision of the set before, which came over this socket and is in force
     * @param actors of which something else is wanted than in it, each with all that is
     * @param gone those of it that are not named any more
     */
    @JsonTypeName("changed")
    record Changed(long epoch, long since, long revision, List<DesiredActor> actors, List<ActorId> gone)
            implements ToAgent {

        /** The whole set. @throws IllegalArgumentException if this is the difference from another one */
        public Desired from(Desired before) {
            if (before.epoch() != epoch || before.revision() != since) {
                throw new IllegalArgumentException("a change of revision %d of epoch %d (in force: %d of %d)"
                        .formatted(since, epoch, before.revision(), before.epoch()));
            }
            var others = new HashSet<>(gone);
            actors.forEach(actor -> others.add(actor.actor()));
            var all = new ArrayList<>(before.actors());
            all.removeIf(actor -> others.contains(actor.actor()));
            all.addAll(actors);
            return new Desired(epoch, revision, List.copyOf(all));
        }
    }

    /**
     * All custom routes of the installation: every proxy serves every route.
     *
     * @param revision grows with each change of the routes; of an older one nothing holds any more
     */
    @JsonTypeName("routes")
    record Routes(long epoch, long revision, List<CustomRoute> routes) implements ToAgent {}

    /**
     * With what proxies tell which connections are good: all keys that tokens may be signed with, and all connections that
     * were revoked before their tokens expired.
     *
     * @param revision grows with each change; of an older one nothing holds any more
     */
    @JsonTypeName("access")
    record Access(long epoch, long revision, List<ConnectionKey> keys, List<UUID> revoked, List<IssuerKeys> issuers)
            implements ToAgent {}

    /**
     * All port numbers of the agent's region that lead to actors, whichever agent runs them.
     *
     * @param revision grows with each change; of an older one nothing holds any more
     */
    @JsonTypeName("ingress")
    record Ingress(long epoch, long revision, List<IngressPort> ports) implements ToAgent {}

    /** What the agent was told of these actors no longer holds; it asks again where it needs to know. */
    @JsonTypeName("moved")
    record Moved(long epoch, List<ActorId> actors) implements ToAgent {}

    /**
     * The agent may not join; the socket is closed after it.
     *
     * @param code stable: {@code unauthorized}, {@code protocol_version}, {@code agent_id_in_use}, {@code stale_epoch}
     */
    @JsonTypeName("rejected")
    record Rejected(String code, String message) implements ToAgent {}
}
