package rivet.client;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What actors remember, seen from outside: {@link RivetClient#stores()}. Any actor's store can be read; it is changed only while no copy
 * of its actor runs, because that has its own idea of it in memory. Thread-safe. All methods throw {@link RivetException}.
 */
public final class Stores {

    private final Transport transport;

    Stores(Transport transport) {
        this.transport = transport;
    }

    record Many(List<Entry> entries, Actors.@Nullable Pagination pagination) {
        Page<StoredEntry> page() {
            return new Page<>(
                    Answers.orEmpty(entries).stream().map(Entry::stored).toList(), Actors.Pagination.next(pagination));
        }
    }

    record One(Entry entry) {
        One {
            Objects.requireNonNull(entry, "entry");
        }
    }

    /** As it comes over the wire. */
    record Entry(
            @Nullable Object key,
            long version,
            long size,
            String kind,
            Json.@Nullable Text json,
            @Nullable Boolean exact,
            String base64) {

        StoredEntry stored() {
            return new StoredEntry(
                    StoreKey.received(key),
                    version,
                    size,
                    kind,
                    json == null ? null : json.json(),
                    Boolean.TRUE.equals(exact),
                    base64);
        }
    }

    record Written(long version) {}

    /**
     * One page of entries. {@link #stream} asks for the pages by itself.
     *
     * @param actor its id, a UUID as text
     * @param filter which ones
     * @return a page, and how to ask for the next
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid if the page is too large, or the cursor is not one of the server's
     */
    public Page<StoredEntry> list(String actor, StoreFilter filter) {
        return transport.send(filter.asked(Call.get(path(actor))), Many.class).page();
    }

    /**
     * All entries, fetched page by page as the stream is read: others may write between two pages.
     *
     * @param actor its id, a UUID as text
     * @param filter which ones
     * @return a sequential stream, which need not be closed
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Invalid as {@link #list}
     */
    public Stream<StoredEntry> stream(String actor, StoreFilter filter) {
        return Pages.stream(filter.cursor(), cursor -> list(actor, filter.from(cursor)));
    }

    /**
     * One entry.
     *
     * @param actor its id, a UUID as text
     * @param key where it is
     * @return empty if there is no such entry
     * @throws RivetException.NotFound if there is no such actor
     */
    public Optional<StoredEntry> get(String actor, StoreKey key) {
        try {
            var call = Call.get(path(actor) + "/entry").with("key", key.json());
            return Optional.of(transport.send(call, One.class).entry().stored());
        } catch (RivetException.NotFound e) {
            if (e.code().equals("KV_NOT_FOUND")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Puts an entry into the store of an actor that does not run, in place of the one that may be there.
     *
     * @param actor its id, a UUID as text
     * @param key where it is to be
     * @param value what it is to be
     * @return the version that it has now
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict with the code {@code KV_IN_USE} if it runs; or if it is destroyed, or has never run
     * @throws RivetException.Invalid if key, value or store would be too large
     */
    public long put(String actor, StoreKey key, StoreValue value) {
        return put(actor, value.put(key, null));
    }

    /**
     * As {@link #put(String, StoreKey, StoreValue)}, if the entry has this version.
     *
     * @param actor its id, a UUID as text
     * @param key where it is to be
     * @param value what it is to be
     * @param version that it must have; 0: there must be none
     * @return the version that it has now
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict with the code {@code KV_CONFLICT} if it has another version, which this call itself may have
     *     given it if it had to be repeated; otherwise as without a version
     * @throws RivetException.Invalid if key, value or store would be too large
     */
    public long put(String actor, StoreKey key, StoreValue value, long version) {
        return put(actor, value.put(key, version));
    }

    /**
     * Deletes an entry from the store of an actor that does not run; that there is none is no mistake.
     *
     * @param actor its id, a UUID as text
     * @param key where it is
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict with the code {@code KV_IN_USE} if it runs; or if it is destroyed, or has never run
     */
    public void delete(String actor, StoreKey key) {
        transport.send(deletion(actor, key));
    }

    /**
     * As {@link #delete(String, StoreKey)}, if the entry has this version.
     *
     * @param actor its id, a UUID as text
     * @param key where it is
     * @param version that it must have
     * @throws RivetException.NotFound if there is no such actor
     * @throws RivetException.Conflict with the code {@code KV_CONFLICT} if it has another version, or is gone, perhaps by this call
     *     itself if it had to be repeated; otherwise as without a version
     */
    public void delete(String actor, StoreKey key, long version) {
        transport.send(deletion(actor, key).with("version", Long.toString(version)));
    }

    private long put(String actor, StoreValue.Put put) {
        return transport
                .send(Call.put(path(actor) + "/entry", put), Written.class)
                .version();
    }

    private static Call deletion(String actor, StoreKey key) {
        return Call.delete(path(actor) + "/entry").with("key", key.json());
    }

    private static String path(String actor) {
        return "/actors/" + Transport.encode(Checks.id(actor)) + "/kv";
    }
}
