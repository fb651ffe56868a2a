package rivet.actor;

import java.util.List;
import java.util.Optional;

/**
 * Entries of a range, in its order.
 *
 * @param entries at most as many as the range's limit
 * @param rest where the list goes on; empty: there is no more
 */
public record KvPage(List<KvEntry> entries, Optional<KvRange> rest) {

    /**
     * Entries of a range.
     *
     * @param entries at most as many as the range's limit
     * @param rest where the list goes on; empty: there is no more
     */
    public KvPage {
        entries = List.copyOf(entries);
    }
}
