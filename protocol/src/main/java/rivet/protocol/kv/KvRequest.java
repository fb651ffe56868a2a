package rivet.protocol.kv;

import java.util.List;

/** One thing asked of the store of one actor. */
public sealed interface KvRequest {

    record Get(List<Bytes> keys) implements KvRequest {}

    /**
     * @param start the first key that may be in the answer
     * @param end the first that may not; empty: there is none
     */
    record Range(Bytes start, Bytes end, boolean reverse, int limit) implements KvRequest {}

    /** All or nothing: done if each check holds. */
    record Write(List<Check> checks, List<Mutation> mutations) implements KvRequest {}

    /** @param version what the entry must have; 0: there must be none */
    record Check(Bytes key, long version) {}

    sealed interface Mutation {

        record Put(Bytes key, Bytes value) implements Mutation {}

        record Delete(Bytes key) implements Mutation {}

        /** @param end the first key that stays; empty: all from the start on go */
        record DeleteRange(Bytes start, Bytes end) implements Mutation {}

        /** Adds to a counter; an absent one counts from 0. */
        record Add(Bytes key, long delta) implements Mutation {}
    }
}
