package example.stream;

import java.nio.ByteBuffer;
import rivet.actor.KvKey;
import rivet.actor.KvTransaction;

/** How far the messages of each source have come. What is sent again, because its answer was lost, is known by its number. */
final class Numbers {

    private static final String LAST = "last";

    private Numbers() {}

    static long due(KvTransaction entries, String source) {
        return entries.get(KvKey.of(LAST, source))
                        .map(entry -> number(entry.value()))
                        .orElse(0L)
                + 1;
    }

    static void taken(KvTransaction entries, String source, long number) {
        entries.put(KvKey.of(LAST, source), bytes(number));
    }

    static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static long number(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }
}
