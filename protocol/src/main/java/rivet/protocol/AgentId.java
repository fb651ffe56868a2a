package rivet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Names a worker agent; kept in its data folder, so that a restarted agent is the same agent. */
public record AgentId(@JsonValue UUID value) implements Comparable<AgentId> {

    @JsonCreator
    public static AgentId parse(String text) {
        return new AgentId(Uuids.parse(text));
    }

    public static AgentId random() {
        return new AgentId(UUID.randomUUID());
    }

    @Override
    public int compareTo(AgentId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
