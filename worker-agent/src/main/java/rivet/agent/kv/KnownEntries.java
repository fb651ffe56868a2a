package rivet.agent.kv;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation;

/**
 * The entries of a store that one generation has read or written last, and those that it knows to be absent: what is
 * committed, as long as nobody else can write, which the agent's lease says. Not thread-safe.
 */
class KnownEntries {

    private static final int MOST_BYTES = 32 << 10;
    private static final int MOST_BYTES_OF_ONE = 8 << 10;

    /** Beside key and value. */
    private static final int ENTRY_BYTES = 128;

    /** The first byte of a counter. */
    private static final byte COUNTER = 1;

    private static final KvAnswer.Value ABSENT = new KvAnswer.Value(0, Bytes.EMPTY);

    private final SequencedMap<Bytes, KvAnswer.Value> entries = new LinkedHashMap<>();
    private int bytes;

    /** A write may still be done or not, now or later; nothing is known until one that comes after it is done. */
    private boolean uncertain;

    void becomeUncertain() {
        uncertain = true;
        entries.clear();
        bytes = 0;
    }

    /** A write was answered: none from before it can be done any more. */
    void becomeCertain() {
        uncertain = false;
    }

    /** Empty unless all of it is known. */
    Optional<KvAnswer.Found> find(KvRequest request) {
        if (!(request instanceof KvRequest.Get(var keys)) || !keys.stream().allMatch(entries::containsKey)) {
            return Optional.empty();
        }
        return Optional.of(new KvAnswer.Found(keys.stream().map(this::used).toList()));
    }

    /** What was read after all that was asked before. */
    void read(List<Bytes> keys, KvAnswer answer) {
        if (answer instanceof KvAnswer.Found(var values) && values.size() == keys.size()) {
            for (int i = 0; i < keys.size(); i++) {
                keep(keys.get(i), values.get(i));
            }
        }
    }

    /** What was done. */
    void written(KvRequest.Write write, KvAnswer.Written answer) {
        var sums = answer.sums().iterator();
        for (var mutation : write.mutations()) {
            switch (mutation) {
                case Mutation.Put(var key, var value) -> keep(key, new KvAnswer.Value(answer.version(), value));
                case Mutation.Delete(var key) -> keep(key, ABSENT);
                case Mutation.DeleteRange(var start, var end) -> deleted(start, end);
                case Mutation.Add(var key, var _) ->
                    keep(key, new KvAnswer.Value(answer.version(), counter(sums.next())));
            }
        }
    }

    private KvAnswer.Value used(Bytes key) {
        var value = Objects.requireNonNull(entries.get(key));
        entries.putLast(key, value);
        return value;
    }

    private void keep(Bytes key, KvAnswer.Value value) {
        forget(key, entries.remove(key));
        if (uncertain || size(key, value) > MOST_BYTES_OF_ONE) {
            return;
        }
        entries.putLast(key, value);
        bytes += size(key, value);
        while (bytes > MOST_BYTES) {
            var oldest = Objects.requireNonNull(entries.pollFirstEntry());
            forget(oldest.getKey(), oldest.getValue());
        }
    }

    private void deleted(Bytes start, Bytes end) {
        entries.replaceAll((key, value) -> {
            boolean gone = key.compareTo(start) >= 0 && (end.length() == 0 || key.compareTo(end) < 0);
            bytes -= gone ? value.bytes().length() : 0;
            return gone ? ABSENT : value;
        });
    }

    private void forget(Bytes key, KvAnswer.@Nullable Value value) {
        bytes -= value == null ? 0 : size(key, value);
    }

    private static int size(Bytes key, KvAnswer.Value value) {
        return ENTRY_BYTES + key.length() + value.bytes().length();
    }

    private static Bytes counter(long sum) {
        return new Bytes(
                ByteBuffer.allocate(1 + Long.BYTES).put(COUNTER).putLong(sum).array());
    }
}
