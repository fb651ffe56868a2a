package rivet.agent.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds a head in an array of its own, which is used again, and hands it out as one buffer. Not thread-safe. */
public final class HeadWriter {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RAY_FIELD = ascii(RayId.FIELD + ": ");

    private byte[] bytes = new byte[2048];
    private int length;

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    void start() {
        length = 0;
    }

    HeadWriter put(byte[] source, int from, int to) {
        ensure(to - from);
        System.arraycopy(source, from, bytes, length, to - from);
        length += to - from;
        return this;
    }

    HeadWriter put(byte[] source) {
        return put(source, 0, source.length);
    }

    HeadWriter put(char one) {
        ensure(1);
        bytes[length++] = (byte) one;
        return this;
    }

    HeadWriter text(String ascii) {
        ensure(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    HeadWriter number(long value) {
        return text(Long.toString(value));
    }

    HeadWriter line() {
        ensure(2);
        bytes[length++] = Chars.CR;
        bytes[length++] = Chars.LF;
        return this;
    }

    /** One field of a head that was read, as it was spelled. */
    void field(Head head, int field) {
        put(head.bytes(), head.nameFrom(field), head.nameTo(field)).put(':').put(' ');
        put(head.bytes(), head.valueFrom(field), head.valueTo(field)).line();
    }

    void ray(RayId ray) {
        put(RAY_FIELD);
        ensure(36);
        hex(ray.high() >>> 32, 8);
        put('-').hex(ray.high() >>> 16, 4);
        put('-').hex(ray.high(), 4);
        put('-').hex(ray.low() >>> 48, 4);
        put('-').hex(ray.low(), 12);
        line();
    }

    private void hex(long value, int digits) {
        ensure(digits);
        for (int i = digits - 1; i >= 0; i--) {
            bytes[length + i] = HEX[(int) (value >>> (4 * (digits - 1 - i))) & 0xf];
        }
        length += digits;
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    /** What was written, with room for as many bytes behind it. */
    public ByteBuf toBuffer(ByteBufAllocator allocator, int room) {
        return allocator.directBuffer(length + room).writeBytes(bytes, 0, length);
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
