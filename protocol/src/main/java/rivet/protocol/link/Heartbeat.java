package rivet.protocol.link;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import rivet.protocol.AgentId;

/**
 * An agent's request to renew its lease. It has a request of its own and does not share the socket, so that a flood of
 * logs cannot delay it.
 *
 * @param nonce counts this agent's heartbeats; the answer repeats it
 */
public record Heartbeat(AgentId agent, long epoch, long nonce) {

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    public sealed interface Answer {

        /** The lease is renewed; the agent counts from when it sent the heartbeat of this nonce. */
        @JsonTypeName("grant")
        record Grant(long nonce, long epoch) implements Answer {}

        /** The lease is lost: the agent says hello again, and serves nothing until it is welcomed. */
        @JsonTypeName("fenced")
        record Fenced(long epoch) implements Answer {}
    }
}
