package rivet.controlplane.kv;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.protocol.kv.Bytes;

/** The entries that blind writes change; nobody knows what they were, so each may be new. Not thread-safe. */
final class Unread implements Entries {

    private final Map<Place, Change> changes = new LinkedHashMap<>();

    private record Place(UUID actor, Bytes key) {}

    /** @param value null: there is none any more */
    record Change(
            UUID actor, Bytes key, long version, @Nullable Bytes value) {}

    /** One for each entry: what it is in the end. */
    Collection<Change> changes() {
        return changes.values();
    }

    @Override
    public long growth(UUID actor, Bytes key, Bytes value) {
        return (long) key.length() + value.length();
    }

    @Override
    public long put(UUID actor, Bytes key, long version, Bytes value) {
        changes.put(new Place(actor, key), new Change(actor, key, version, value));
        return growth(actor, key, value);
    }

    @Override
    public long delete(UUID actor, Bytes key) {
        changes.put(new Place(actor, key), new Change(actor, key, 0, null));
        return 0;
    }

    @Override
    public long deleteRange(UUID actor, Bytes start, Bytes end) {
        throw isNotBlind();
    }

    @Override
    public long version(UUID actor, Bytes key) {
        throw isNotBlind();
    }

    @Override
    public boolean isCounter(UUID actor, Bytes key) {
        throw isNotBlind();
    }

    @Override
    public long counter(UUID actor, Bytes key) {
        throw isNotBlind();
    }

    private static IllegalStateException isNotBlind() {
        return new IllegalStateException("the write depends on what is stored (expected: a blind one)");
    }
}
