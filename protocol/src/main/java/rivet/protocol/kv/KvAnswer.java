package rivet.protocol.kv;

import java.util.List;
import java.util.UUID;

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

    /** In the order of their names. */
    record Alarms(List<Alarm> alarms) implements KvAnswer {}

    /** @param dueMs when it is to fire next, or was and is not handled, since 1970 */
    record Alarm(String name, AlarmSchedule schedule, long dueMs, Bytes payload) {}

    /**
     * An alarm that is to be handled.
     *
     * @param id the same until it is handled, however often it is told
     * @param scheduledMs for when it was, since 1970
     * @param lateMs how long ago that is by the clock of the database
     * @param missed how many more of its times have passed since
     * @param failures how often it was told and could not be handled
     */
    record Fired(String name, UUID id, long scheduledMs, long lateMs, long missed, long failures, Bytes payload)
            implements KvAnswer {}

    /** @param waitMs until one is to be handled; -1: none is set */
    record NotDue(long waitMs) implements KvAnswer {}

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
