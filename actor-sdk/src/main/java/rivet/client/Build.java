package rivet.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An uploaded artifact that actors can be started from. Its bytes never change, its tags may.
 *
 * @param id a UUID as text
 * @param name for people
 * @param createdAt by the server's clock
 * @param contentLength in bytes
 * @param tags unmodifiable
 * @param startTimeout in milliseconds; {@code null} if it says none: {@link #startDeadline}
 */
public record Build(
        String id,
        String name,
        Instant createdAt,
        long contentLength,
        Map<String, String> tags,
        @Nullable Long startTimeout) {

    /** Checks that the server sent what a build always has. */
    public Build {
        Objects.requireNonNull(id, "id");
        tags = Answers.orEmpty(tags);
    }

    /**
     * How long a start of it may take until it is ready, where neither the actor nor the upgrade says.
     *
     * @return the time; empty if the build does not say: then it is as usual
     */
    public Optional<Duration> startDeadline() {
        return Optional.ofNullable(startTimeout).map(Duration::ofMillis);
    }
}
