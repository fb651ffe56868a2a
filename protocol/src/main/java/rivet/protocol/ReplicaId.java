package rivet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Names one replica of the control plane, from its start to its end: a restarted one is another. */
public record ReplicaId(@JsonValue UUID value) implements Comparable<ReplicaId> {

    @JsonCreator
    public static ReplicaId parse(String text) {
        return new ReplicaId(Uuids.parse(text));
    }

    public static ReplicaId random() {
        return new ReplicaId(UUID.randomUUID());
    }

    @Override
    public int compareTo(ReplicaId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
