package rivet.actor;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tuples ⇄ bytes that sort as the tuples do; described in docs/reference/kv-wire.md, and the same as in JavaScript. */
final class TupleCode {

    private static final int END = 0x00;
    private static final int NULL = 0x01;
    private static final int FALSE = 0x02;
    private static final int TRUE = 0x03;
    private static final int LEAST = 0x10;
    private static final int NEGATIVE = 0x11;
    private static final int POSITIVE = 0x12;
    private static final int GREATEST = 0x13;
    private static final int STRING = 0x20;
    private static final int BYTES = 0x30;
    private static final int TUPLE = 0x40;
    private static final int ESCAPED = 0xff;
    private static final int WHOLE = 0x00;
    private static final int FRACTION = 0x01;
    private static final int LONG = 0xff;
    private static final int MOST_NUMBER_BYTES = 2048;

    private TupleCode() {}

    static byte[] encode(List<?> tuple) {
        var out = new ByteArrayOutputStream();
        tuple.forEach(element -> encode(element, out));
        return out.toByteArray();
    }

    /** What all strings begin with that begin with this one. */
    static byte[] stringStart(String start) {
        var out = new ByteArrayOutputStream();
        out.write(STRING);
        escape(utf8(start), out);
        return out.toByteArray();
    }

    static List<@Nullable Object> decode(byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        var tuple = new ArrayList<@Nullable Object>();
        try {
            while (in.hasRemaining()) {
                tuple.add(decode(next(in), in));
            }
            return tuple;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("key: it ends too early", e);
        }
    }

    private static void encode(@Nullable Object element, ByteArrayOutputStream out) {
        switch (element) {
            case null -> out.write(NULL);
            case Boolean truth -> out.write(truth ? TRUE : FALSE);
            case String text -> {
                out.writeBytes(stringStart(text));
                out.write(END);
            }
            case byte[] bytes -> {
                out.write(BYTES);
                escape(bytes, out);
                out.write(END);
            }
            case List<?> tuple -> {
                out.write(TUPLE);
                tuple.forEach(each -> encode(each, out));
                out.write(END);
            }
            case BigInteger number -> number(number.signum() < 0, number.abs(), 0, out);
            case Long _, Integer _, Short _, Byte _ -> encode(BigInteger.valueOf(((Number) element).longValue()), out);
            case Double number -> number(number, out);
            case Float number -> number(number, out);
            default ->
                throw new IllegalArgumentException(
                        "key: %s (expected: null, Boolean, a whole number, a float, String, byte[] or a List of these)"
                                .formatted(element.getClass().getName()));
        }
    }

    private static byte[] utf8(String text) {
        try {
            var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            var bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("key: a string with half a surrogate pair", e);
        }
    }

    private static void escape(byte[] bytes, ByteArrayOutputStream out) {
        for (byte each : bytes) {
            out.write(each);
            if (each == END) {
                out.write(ESCAPED);
            }
        }
    }

    private static void number(double value, ByteArrayOutputStream out) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("key: NaN has no place in an order");
        }
        if (Double.isInfinite(value)) {
            out.write(value > 0 ? GREATEST : LEAST);
            return;
        }
        double size = Math.abs(value);
        double whole = Math.floor(size);
        number(value < 0, new BigDecimal(whole).toBigInteger(), size - whole, out);
    }

    /** Sign, how many bytes the whole part has, these bytes, and what is after the point; all turned round below zero. */
    private static void number(boolean negative, BigInteger whole, double fraction, ByteArrayOutputStream out) {
        var size = new ByteArrayOutputStream();
        int length = (whole.bitLength() + Byte.SIZE - 1) / Byte.SIZE;
        if (length > MOST_NUMBER_BYTES) {
            throw new IllegalArgumentException("key: a number of more than %d bytes".formatted(MOST_NUMBER_BYTES));
        }
        if (length < LONG) {
            size.write(length);
        } else {
            size.write(LONG);
            size.write(length >>> 8);
            size.write(length);
        }
        var magnitude = whole.toByteArray(); // with a sign, which may take a byte of its own
        size.write(magnitude, magnitude.length - length, length);
        if (fraction == 0) {
            size.write(WHOLE);
        } else {
            size.write(FRACTION);
            size.writeBytes(
                    ByteBuffer.allocate(Double.BYTES).putDouble(fraction).array());
        }
        out.write(negative ? NEGATIVE : POSITIVE);
        for (byte each : size.toByteArray()) {
            out.write(negative ? ~each : each);
        }
    }

    private static @Nullable Object decode(int kind, ByteBuffer in) {
        return switch (kind) {
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case LEAST -> Double.NEGATIVE_INFINITY;
            case GREATEST -> Double.POSITIVE_INFINITY;
            case NEGATIVE -> number(in, 0xff);
            case POSITIVE -> number(in, 0);
            case STRING -> new String(unescape(in), StandardCharsets.UTF_8);
            case BYTES -> unescape(in);
            case TUPLE -> {
                var tuple = new ArrayList<@Nullable Object>();
                for (int inner = next(in); inner != END; inner = next(in)) {
                    tuple.add(decode(inner, in));
                }
                yield tuple;
            }
            default -> throw new IllegalArgumentException("key: unknown element %d".formatted(kind));
        };
    }

    private static byte[] unescape(ByteBuffer in) {
        var out = new ByteArrayOutputStream();
        while (true) {
            int each = next(in);
            if (each == END) {
                if (!in.hasRemaining() || Byte.toUnsignedInt(in.get(in.position())) != ESCAPED) {
                    return out.toByteArray();
                }
                in.get();
            }
            out.write(each);
        }
    }

    private static Number number(ByteBuffer in, int turn) {
        int length = next(in) ^ turn;
        if (length == LONG) {
            length = ((next(in) ^ turn) << 8) | (next(in) ^ turn);
        }
        var whole = new BigInteger(1, turned(in, length, turn));
        if ((next(in) ^ turn) == FRACTION) {
            double size = whole.doubleValue()
                    + ByteBuffer.wrap(turned(in, Double.BYTES, turn)).getDouble();
            return turn == 0 ? size : -size;
        }
        var signed = turn == 0 ? whole : whole.negate();
        return signed.bitLength() < Long.SIZE ? (Number) signed.longValue() : signed;
    }

    private static byte[] turned(ByteBuffer in, int length, int turn) {
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        var bytes = new byte[length];
        in.get(bytes);
        for (int i = 0; i < length; i++) {
            bytes[i] ^= (byte) turn;
        }
        return bytes;
    }

    private static int next(ByteBuffer in) {
        return Byte.toUnsignedInt(in.get());
    }
}
