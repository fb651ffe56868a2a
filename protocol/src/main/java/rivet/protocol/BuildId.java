package rivet.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/** Names a build: an immutable artifact and its tags. */
public record BuildId(@JsonValue UUID value) implements Comparable<BuildId> {

    @JsonCreator
    public static BuildId parse(String text) {
        return new BuildId(Uuids.parse(text));
    }

    public static BuildId random() {
        return new BuildId(UUID.randomUUID());
    }

    @Override
    public int compareTo(BuildId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
