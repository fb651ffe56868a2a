package rivet.client;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param <T> what is listed
 * @param items those of this page; unmodifiable
 * @param next what asks for the page after this one; {@code null} on the last
 */
public record Page<T>(List<T> items, @Nullable String next) {

    /** Copies the items. */
    public Page {
        items = List.copyOf(items);
    }

    /**
     * What asks for the page after this one, for callers that prefer an {@link Optional} to {@link #next}.
     *
     * @return empty on the last page
     */
    public Optional<String> nextCursor() {
        return Optional.ofNullable(next);
    }
}
