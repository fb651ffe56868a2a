package rivet.controlplane.kv;

import java.util.UUID;
import rivet.protocol.kv.Bytes;

/** What a group of writes finds, and where it leaves what it changes; a write sees what those before it did. Not thread-safe. */
interface Entries {

    /** 0: there is none. */
    long version(UUID actor, Bytes key);

    boolean isCounter(UUID actor, Bytes key);

    /** A value put by the same write may have made it no counter any more: it counts from 0 then. */
    long counter(UUID actor, Bytes key);

    /** By how many bytes the store would grow, at most. */
    long growth(UUID actor, Bytes key, Bytes value);

    /** @return by how many bytes the store grows, at most */
    long put(UUID actor, Bytes key, long version, Bytes value);

    /** @return by how many bytes the store grows, at most */
    long delete(UUID actor, Bytes key);

    /** @return how many bytes are gone */
    long deleteRange(UUID actor, Bytes start, Bytes end);
}
