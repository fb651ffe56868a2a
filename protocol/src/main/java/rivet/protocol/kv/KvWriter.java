package rivet.protocol.kv;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Appends what the wire is made of. */
final class KvWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    KvWriter tag(int value) {
        out.write(value);
        return this;
    }

    KvWriter count(int value) {
        if (value < 0 || value > 0xFFFF) {
            throw new IllegalArgumentException("count: %d (expected: 0 to 65535)".formatted(value));
        }
        out.write(value >>> 8);
        out.write(value);
        return this;
    }

    KvWriter number(long value) {
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
        return this;
    }

    KvWriter bytes(byte[] bytes) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        out.writeBytes(bytes);
        return this;
    }

    KvWriter bytes(Bytes bytes) {
        return bytes(bytes.array());
    }

    KvWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    KvWriter id(UUID id) {
        return number(id.getMostSignificantBits()).number(id.getLeastSignificantBits());
    }

    byte[] done() {
        return out.toByteArray();
    }
}
