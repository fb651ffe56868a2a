package rivet.actor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import rivet.actor.KvException.Code;

/** Answers calls as the platform's store does, with the same limits, and forgets all with the process. Thread-safe. */
final class MemoryStore {

    private static final int KEYS = 128;
    private static final int KEY_BYTES = 2560;
    private static final int VALUE_BYTES = (128 << 10) + 1;
    private static final int CALL_BYTES = 976 << 10;
    private static final int COUNTER_BYTES = 9;

    private NavigableMap<KvKey, Entry> entries = new TreeMap<>();
    private long version;

    private record Entry(long version, KvCodec.Bytes value) {}

    synchronized byte[] call(byte[] request) {
        var in = ByteBuffer.wrap(request);
        return switch (in.get()) {
            case 1 -> get(in);
            case 2 -> range(in);
            default -> write(in);
        };
    }

    private byte[] get(ByteBuffer in) {
        int count = Short.toUnsignedInt(in.getShort());
        requireFew(count);
        var out = accepted(count);
        for (int i = 0; i < count; i++) {
            var entry = entries.get(key(in));
            number(out, entry == null ? 0 : entry.version());
            bytes(out, entry == null ? new byte[0] : entry.value().array());
        }
        return out.toByteArray();
    }

    private byte[] range(ByteBuffer in) {
        var range = between(entries, bytes(in), bytes(in));
        var ordered = in.get() == 0 ? range : range.descendingMap();
        int limit = Short.toUnsignedInt(in.getShort());
        var out = accepted(Math.min(limit, ordered.size()));
        ordered.entrySet().stream().limit(limit).forEach(entry -> {
            bytes(out, entry.getKey().shared());
            number(out, entry.getValue().version());
            bytes(out, entry.getValue().value().array());
        });
        out.write(ordered.size() > limit ? 1 : 0);
        return out.toByteArray();
    }

    private byte[] write(ByteBuffer in) {
        int checks = Short.toUnsignedInt(in.getShort());
        requireFew(checks);
        for (int i = 0; i < checks; i++) {
            check(key(in), in.getLong());
        }
        int changes = Short.toUnsignedInt(in.getShort());
        requireFew(checks + changes);
        var next = new TreeMap<>(entries);
        var sums = new ArrayList<Long>();
        int before = in.position();
        for (int i = 0; i < changes; i++) {
            change(in, next, sums);
        }
        if (in.position() - before > CALL_BYTES + KEYS * COUNTER_BYTES) {
            throw tooLarge("the call");
        }
        entries = next;
        version++;
        return written(sums);
    }

    private void check(KvKey key, long expected) {
        var entry = entries.get(key);
        if (expected != (entry == null ? 0 : entry.version())) {
            throw new KvException(Code.CONFLICT, "check of key %s: it has another version".formatted(key), null);
        }
    }

    private void change(ByteBuffer in, NavigableMap<KvKey, Entry> next, List<Long> sums) {
        switch (in.get()) {
            case 1 -> next.put(key(in), new Entry(version + 1, value(in)));
            case 2 -> next.remove(key(in));
            case 3 -> between(next, bytes(in), bytes(in)).clear();
            default -> {
                var key = key(in);
                long sum = counter(key, next.get(key)) + in.getLong();
                sums.add(sum);
                var value =
                        ByteBuffer.allocate(COUNTER_BYTES).put(KvCodec.COUNTER).putLong(sum);
                next.put(key, new Entry(version + 1, new KvCodec.Bytes(value.array())));
            }
        }
    }

    private static long counter(KvKey key, @Nullable Entry entry) {
        if (entry == null) {
            return 0;
        }
        var value = entry.value().array();
        if (value.length != COUNTER_BYTES || value[0] != KvCodec.COUNTER) {
            throw new KvException(Code.INVALID, "add to key %s: its value is no counter".formatted(key), null);
        }
        return ByteBuffer.wrap(value).getLong(1);
    }

    private byte[] written(List<Long> sums) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        number(out, version);
        count(out, sums.size());
        sums.forEach(sum -> number(out, sum));
        return out.toByteArray();
    }

    private static NavigableMap<KvKey, Entry> between(NavigableMap<KvKey, Entry> all, byte[] start, byte[] end) {
        var from = all.tailMap(KvKey.trusted(start), true);
        if (end.length == 0) {
            return from;
        }
        return java.util.Arrays.compareUnsigned(start, end) < 0
                ? from.headMap(KvKey.trusted(end), false)
                : new TreeMap<>(Map.of());
    }

    private static KvKey key(ByteBuffer in) {
        var bytes = bytes(in);
        if (bytes.length > KEY_BYTES) {
            throw tooLarge("a key");
        }
        return KvKey.trusted(bytes);
    }

    private static KvCodec.Bytes value(ByteBuffer in) {
        var bytes = bytes(in);
        if (bytes.length > VALUE_BYTES) {
            throw tooLarge("a value");
        }
        return new KvCodec.Bytes(bytes);
    }

    private static void requireFew(int keys) {
        if (keys > KEYS) {
            throw new KvException(Code.TOO_LARGE, "keys: %d (expected: at most %d)".formatted(keys, KEYS), null);
        }
    }

    private static KvException tooLarge(String what) {
        return new KvException(Code.TOO_LARGE, what + ": it is larger than the store takes", null);
    }

    private static ByteArrayOutputStream accepted(int count) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        count(out, count);
        return out;
    }

    private static void count(ByteArrayOutputStream out, int count) {
        out.write(count >>> 8);
        out.write(count);
    }

    private static void number(ByteArrayOutputStream out, long number) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    private static void bytes(ByteArrayOutputStream out, byte[] bytes) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        var bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }
}
