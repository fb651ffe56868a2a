package rivet.controlplane.kv;

import java.util.Optional;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/** How much of everything one request may have. */
final class KvLimits {

    /** 2,048 bytes of content, and 4 for each of 128 elements; an index of Postgres takes no more than 2,700. */
    static final int KEY_BYTES = 2560;

    /** 128 KiB, and the byte that says what follows. */
    static final int VALUE_BYTES = (128 << 10) + 1;

    static final int KEYS = 128;
    static final int WRITE_BYTES = 976 << 10;
    static final int LIST_ENTRIES = 1000;
    static final int LIST_BYTES = 976 << 10;
    static final long ACTOR_BYTES = 1L << 30;

    /** A counter: the byte 1 and a whole number of 64 bits. */
    static final int COUNTER_BYTES = 9;

    static final byte COUNTER = 1;

    private KvLimits() {}

    static Optional<Refused> refusal(KvRequest request) {
        return switch (request) {
            case KvRequest.Get(var keys) -> keys.size() > KEYS ? tooMany(keys.size()) : keys(keys);
            case KvRequest.Range(var start, var end, var _, var limit) ->
                limit < 1 || limit > LIST_ENTRIES
                        ? invalid("limit: %d (expected: 1 to %d)".formatted(limit, LIST_ENTRIES))
                        : bounds(start, end);
            case KvRequest.Write write -> refusal(write);
            case KvRequest.AlarmWrite _, KvRequest.Alarms _, KvRequest.NextAlarm _ ->
                Optional.empty(); // for their room to say
        };
    }

    private static Optional<Refused> refusal(KvRequest.Write write) {
        int keys = write.checks().size() + write.mutations().size();
        if (keys > KEYS) {
            return tooMany(keys);
        }
        long bytes = 0;
        for (var check : write.checks()) {
            if (isNoKey(check.key())) {
                return badKey(check.key());
            }
        }
        for (var mutation : write.mutations()) {
            var refused = refusal(mutation);
            if (refused.isPresent()) {
                return refused;
            }
            bytes += mutation instanceof Mutation.Put(var key, var value) ? (long) key.length() + value.length() : 0;
        }
        return bytes > WRITE_BYTES
                ? tooLarge("the write: %d bytes (expected: at most %d)".formatted(bytes, WRITE_BYTES))
                : Optional.empty();
    }

    private static Optional<Refused> refusal(Mutation mutation) {
        return switch (mutation) {
            case Mutation.Put(var key, var value) -> {
                if (isNoKey(key)) {
                    yield badKey(key);
                }
                yield value.length() > VALUE_BYTES
                        ? tooLarge("value: %d bytes (expected: at most %d)".formatted(value.length(), VALUE_BYTES))
                        : Optional.empty();
            }
            case Mutation.Delete(var key) -> isNoKey(key) ? badKey(key) : Optional.empty();
            case Mutation.Add(var key, var _) -> isNoKey(key) ? badKey(key) : Optional.empty();
            case Mutation.DeleteRange(var start, var end) -> bounds(start, end);
        };
    }

    private static Optional<Refused> keys(Iterable<Bytes> keys) {
        for (var key : keys) {
            if (isNoKey(key)) {
                return badKey(key);
            }
        }
        return Optional.empty();
    }

    /** Both may be empty: no bound. */
    private static Optional<Refused> bounds(Bytes start, Bytes end) {
        if (start.length() > KEY_BYTES + 1) {
            return badKey(start);
        }
        return end.length() > KEY_BYTES + 1 ? badKey(end) : Optional.empty();
    }

    private static boolean isNoKey(Bytes key) {
        return key.length() == 0 || key.length() > KEY_BYTES;
    }

    private static Optional<Refused> badKey(Bytes key) {
        return key.length() == 0
                ? invalid("key: it is empty (expected: 1 to %d bytes)".formatted(KEY_BYTES))
                : tooLarge("key: %d bytes (expected: 1 to %d)".formatted(key.length(), KEY_BYTES));
    }

    static Refused full() {
        return new Refused(
                Code.TOO_LARGE,
                "the store: it would hold more than %d bytes (expected: at most that)".formatted(ACTOR_BYTES));
    }

    private static Optional<Refused> tooMany(int keys) {
        return tooLarge("keys: %d (expected: at most %d)".formatted(keys, KEYS));
    }

    private static Optional<Refused> tooLarge(String message) {
        return Optional.of(new Refused(Code.TOO_LARGE, message));
    }

    private static Optional<Refused> invalid(String message) {
        return Optional.of(new Refused(Code.INVALID, message));
    }
}
