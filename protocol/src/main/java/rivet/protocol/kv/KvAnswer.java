package rivet.protocol.kv;

import java.util.List;

/** What came of one request. */
public sealed interface KvAnswer {

    /** One for each key, in the order asked. */
    record Found(List<Value> values) implements KvAnswer {}

    /** @param version 0: there is no entry, and the bytes are empty */
    record Value(long version, Bytes bytes) {}

    /** @param more whether the range holds more than this */
    record Listed(List<Entry> entries, boolean more) implements KvAnswer {}

    record Entry(Bytes key, long version, Bytes value) {}

    /** @param sums of the additions, in order */
    record Written(long version, List<Long> sums) implements KvAnswer {}

    /** Nothing was done, or for {@link Code#UNAVAILABLE} nobody knows. */
    record Refused(Code code, String message) implements KvAnswer {}

    /** New ones are added at the end. */
    enum Code {
        CONFLICT(1),
        STALE_GENERATION(2),
        INVALID(3),
        TOO_LARGE(4),
        UNAVAILABLE(5),
        STATE_LOST(6);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        /** On the wire. */
        public int number() {
            return number;
        }
    }
}
