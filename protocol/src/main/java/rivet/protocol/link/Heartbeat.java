package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import org.jspecify.annotations.Nullable;
import rivet.protocol.AgentId;
import rivet.protocol.ReplicaId;

/**
 * An agent's request to renew its lease. It has a request of its own and does not share the socket, so that a flood of
 * logs cannot delay it.
 *
 * @param nonce counts this agent's heartbeats; the answer repeats it
 * @param heard the nonce of the newest heartbeat to which the agent has heard an answer, so that one that hears nothing does
 *     not look alive; 0: none yet; absent: the agent does not tell
 * @param replicas the revision of the list of replicas that the agent holds; absent while it holds none
 */
public record Heartbeat(
        AgentId agent,
        long epoch,
        long nonce,
        @Nullable Long heard,
        @Nullable Long replicas) {

    public Heartbeat(AgentId agent, long epoch, long nonce) {
        this(agent, epoch, nonce, null, null);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    public sealed interface Answer {

        /**
         * The lease is renewed; the agent counts from when it sent the heartbeat of this nonce. With it is acknowledged that
         * the agent holds the list of replicas which it said it does.
         *
         * @param replicas where there is a newer list than the agent's
         */
        @JsonTypeName("grant")
        record Grant(long nonce, long epoch, @Nullable ReplicaList replicas) implements Answer {

            public Grant(long nonce, long epoch) {
                this(nonce, epoch, null);
            }
        }

        /** The lease is lost: the agent says hello again, and serves nothing until it is welcomed. */
        @JsonTypeName("fenced")
        record Fenced(long epoch) implements Answer {}

        /**
         * This replica cannot ask the database whether the agent still holds its lease; but for as long as any control plane
         * waits before it replaces an agent, this one will not replace this agent. With the same promise of all replicas in
         * its list an agent that holds its lease still may go on.
         */
        @JsonTypeName("promise")
        record Promise(long nonce, ReplicaId replica) implements Answer {}
    }
}
