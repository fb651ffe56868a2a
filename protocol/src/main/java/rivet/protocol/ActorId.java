package rivet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Names an actor for its whole life, across restarts, moves and upgrades. */
public record ActorId(@JsonValue UUID value) implements Comparable<ActorId> {

    @JsonCreator
    public static ActorId parse(String text) {
        return new ActorId(Uuids.parse(text));
    }

    public static ActorId random() {
        return new ActorId(UUID.randomUUID());
    }

    @Override
    public int compareTo(ActorId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
