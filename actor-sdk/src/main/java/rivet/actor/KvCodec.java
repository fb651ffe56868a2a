package rivet.actor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Calls and answers ⇄ bytes, as docs/reference/kv-wire.md has them. */
final class KvCodec {

    /** The first byte of a value says what follows. */
    static final byte RAW = 0;

    static final byte COUNTER = 1;

    private static final int GET = 1;
    private static final int RANGE = 2;
    private static final int WRITE = 3;
    /** No matter of the store, but the same socket. */
    private static final int READY = 16;

    private static final int SLEEP = 17;

    private static final int CHECKPOINT = 18;
    private static final int NEWS = 24;

    private static final int MOST_IN_A_LIST = 0xffff;

    private static final List<KvException.Code> CODES = List.of(
            KvException.Code.CONFLICT,
            KvException.Code.STALE_GENERATION,
            KvException.Code.INVALID,
            KvException.Code.TOO_LARGE,
            KvException.Code.UNAVAILABLE,
            KvException.Code.STATE_LOST);

    private KvCodec() {}

    sealed interface Change {

        record Put(KvKey key, Bytes value) implements Change {}

        record Delete(KvKey key) implements Change {}

        record DeleteRange(KvRange range) implements Change {

            /** What is forgotten must not delete all. */
            static DeleteRange bounded(KvRange range) {
                if (range.isAll()) {
                    throw new IllegalArgumentException("range: no bound (expected: one; deleteAll removes all)");
                }
                return new DeleteRange(range);
            }
        }

        record Add(KvKey key, long delta) implements Change {}
    }

    /** Not to be changed. */
    static final class Bytes {

        private final byte[] array;

        Bytes(byte[] array) {
            this.array = array;
        }

        byte[] array() {
            return array;
        }
    }

    /** @param sums of the additions, in order */
    record Written(long version, List<Long> sums) {}

    record Listed(List<KvEntry> entries, boolean more) {}

    static Bytes raw(byte[] value) {
        return new Bytes(
                ByteBuffer.allocate(1 + value.length).put(RAW).put(value).array());
    }

    static byte[] get(Collection<KvKey> keys) {
        var out = new Out().tag(GET);
        out.list(keys, (to, key) -> to.bytes(key.shared()));
        return out.done();
    }

    static byte[] range(KvRange range, int limit) {
        return new Out()
                .tag(RANGE)
                .bytes(range.start())
                .bytes(range.end())
                .tag(range.isReverse() ? 1 : 0)
                .count(limit)
                .done();
    }

    static byte[] write(Map<KvKey, Long> checks, List<Change> changes) {
        var out = new Out().tag(WRITE);
        out.list(
                checks.entrySet(),
                (to, check) -> to.bytes(check.getKey().shared()).number(check.getValue()));
        out.list(changes, KvCodec::write);
        return out.done();
    }

    private static void write(Out out, Change change) {
        switch (change) {
            case Change.Put(var key, var value) ->
                out.tag(1).bytes(key.shared()).bytes(value.array);
            case Change.Delete(var key) -> out.tag(2).bytes(key.shared());
            case Change.DeleteRange(var range) ->
                out.tag(3).bytes(range.start()).bytes(range.end());
            case Change.Add(var key, var delta) ->
                out.tag(4).bytes(key.shared()).number(delta);
        }
    }

    /** Those that there are. */
    static List<KvEntry> found(Collection<KvKey> keys, byte[] answer) {
        var in = accepted(answer);
        in.getShort();
        var entries = new ArrayList<KvEntry>();
        for (var key : keys) {
            long version = in.getLong();
            var value = bytes(in);
            if (version > 0) {
                entries.add(new KvEntry(key, version, value));
            }
        }
        return entries;
    }

    static Listed listed(byte[] answer) {
        var in = accepted(answer);
        var entries = list(in, each -> {
            var key = KvKey.trusted(bytes(each));
            return new KvEntry(key, each.getLong(), bytes(each));
        });
        return new Listed(entries, in.get() != 0);
    }

    static Written written(byte[] answer) {
        var in = accepted(answer);
        return new Written(in.getLong(), list(in, ByteBuffer::getLong));
    }

    static byte[] ready() {
        return new Out().tag(READY).done();
    }

    static byte[] sleep() {
        return new Out().tag(SLEEP).done();
    }

    static byte[] checkpoint() {
        return new Out().tag(CHECKPOINT).done();
    }

    /** @return the checkpoint's number */
    static long checkpointed(byte[] answer) {
        return accepted(answer).getLong();
    }

    static byte[] news() {
        return new Out().tag(NEWS).done();
    }

    /** @param stop why it is being stopped; empty: nobody said @param newer a build that waits; empty: none */
    record Told(String stop, String newer) {}

    static Told told(byte[] answer) {
        var in = accepted(answer);
        return new Told(text(in), text(in));
    }

    /** The answer to what has nothing to answer. */
    static void done(byte[] answer) {
        var _ = accepted(answer);
    }

    /** What stands behind the status. */
    static ByteBuffer accepted(byte[] answer) {
        var in = ByteBuffer.wrap(answer);
        int status = in.get();
        if (status == 0) {
            return in;
        }
        var code = status <= CODES.size() ? CODES.get(status - 1) : KvException.Code.UNAVAILABLE;
        throw new KvException(code, text(in), null);
    }

    static <T> List<T> list(ByteBuffer in, Function<ByteBuffer, T> each) {
        int count = Short.toUnsignedInt(in.getShort());
        var list = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            list.add(each.apply(in));
        }
        return list;
    }

    static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    static byte[] bytes(ByteBuffer in) {
        var bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    static final class Out {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Out tag(int value) {
            bytes.write(value);
            return this;
        }

        Out count(int value) {
            if (value > MOST_IN_A_LIST) {
                throw new KvException(
                        KvException.Code.TOO_LARGE, "%d keys at once (expected: at most 128)".formatted(value), null);
            }
            bytes.write(value >>> 8);
            bytes.write(value);
            return this;
        }

        Out number(long value) {
            bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
            return this;
        }

        Out bytes(byte[] value) {
            bytes.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(value.length).array());
            bytes.writeBytes(value);
            return this;
        }

        Out text(String value) {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        <T> void list(Collection<T> values, BiConsumer<Out, T> each) {
            count(values.size());
            values.forEach(value -> each.accept(this, value));
        }

        byte[] done() {
            return bytes.toByteArray();
        }
    }
}
