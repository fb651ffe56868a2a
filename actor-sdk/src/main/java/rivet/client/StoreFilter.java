package rivet.client;

import org.jspecify.annotations.Nullable;

/**
 * Which entries of an actor's store to list, in the order of their keys. Each method returns another filter and leaves this one as it
 * is. Immutable and thread-safe.
 */
public final class StoreFilter {

    private final @Nullable String prefix;
    private final boolean reverse;
    private final @Nullable Integer pageSize;
    private final @Nullable String cursor;

    private StoreFilter(@Nullable String prefix, boolean reverse, @Nullable Integer pageSize, @Nullable String cursor) {
        this.prefix = prefix;
        this.reverse = reverse;
        this.pageSize = pageSize;
        this.cursor = cursor;
    }

    /**
     * All entries.
     *
     * @return a filter
     */
    public static StoreFilter all() {
        return new StoreFilter(null, false, null, null);
    }

    /**
     * The keys that begin with these elements.
     *
     * @param elements as in {@link StoreKey#of}; the last one too is a whole element
     * @return a filter
     * @throws IllegalArgumentException as {@link StoreKey#of}
     */
    public static StoreFilter prefix(@Nullable Object... elements) {
        return new StoreFilter(StoreKey.of(elements).json(), false, null, null);
    }

    /**
     * The keys whose first element is a string that begins so.
     *
     * @param start such as {@code user:}
     * @return a filter
     */
    public static StoreFilter strings(String start) {
        return new StoreFilter(Json.text(start), false, null, null);
    }

    /**
     * The keys whose bytes begin so, tuples or not.
     *
     * @param start at least one
     * @return a filter
     * @throws IllegalArgumentException if there is none
     */
    public static StoreFilter raw(byte[] start) {
        return new StoreFilter(StoreKey.raw(start).json(), false, null, null);
    }

    /**
     * The last key first; twice is as before.
     *
     * @return another filter
     */
    public StoreFilter reversed() {
        return new StoreFilter(prefix, !reverse, pageSize, cursor);
    }

    /**
     * How many entries a page has at most, 1 to 1000; 100 unless said. A page also ends at about 1 MB of values.
     *
     * @param entries how many
     * @return another filter
     */
    public StoreFilter pageSize(int entries) {
        return new StoreFilter(prefix, reverse, entries, cursor);
    }

    /**
     * The same, beginning elsewhere.
     *
     * @param next {@link Page#next} of the page before; {@code null} to begin at the start
     * @return another filter
     */
    public StoreFilter from(@Nullable String next) {
        return new StoreFilter(prefix, reverse, pageSize, next);
    }

    @Nullable
    String cursor() {
        return cursor;
    }

    Call asked(Call list) {
        return list.with("prefix", prefix)
                .with("reverse", reverse ? "true" : null)
                .with("limit", pageSize == null ? null : pageSize.toString())
                .with("cursor", cursor);
    }
}
