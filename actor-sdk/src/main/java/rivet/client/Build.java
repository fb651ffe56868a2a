package rivet.client;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * An uploaded artifact that actors can be started from. Its bytes never change, its tags may.
 *
 * @param id a UUID as text
 * @param name for people
 * @param createdAt by the server's clock
 * @param contentLength in bytes
 * @param tags unmodifiable
 */
public record Build(String id, String name, Instant createdAt, long contentLength, Map<String, String> tags) {

    /** Checks that the server sent what a build always has. */
    public Build {
        Objects.requireNonNull(id, "id");
        tags = Answers.orEmpty(tags);
    }
}
