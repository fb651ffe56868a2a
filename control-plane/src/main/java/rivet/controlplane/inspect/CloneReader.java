package rivet.controlplane.inspect;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JavaScript value as V8 serializes it, as JSON: for people to read. What JSON has no word for is shown as what comes
 * closest, and {@link Read#exact} says so. Reads versions 13 to 15 of the format; an older one is not written by any
 * runtime that actors have.
 */
final class CloneReader {

    private static final int OLDEST = 13;
    private static final int NEWEST = 15;
    /** Deeper than a person would look, and far from the end of a thread's stack. */
    private static final int DEEPEST = 200;
    /** Repeats may make of a value so many times its bytes. */
    private static final int MOST_REPEATED = 16;
    /** Readers of JSON take none that is longer, unless told to: 50,000 characters, and 1,000 digits. */
    private static final int LONGEST_NAME = 50_000;

    private static final int MOST_DIGIT_BYTES = 400;

    private static final int VERSION = 0xff;
    private static final int BUFFER = 10;
    private static final int MOST_VARINT_BITS = 35;

    private final ByteBuffer in;
    private final List<JsonNode> objects = new ArrayList<>();
    private final Set<Integer> open = new HashSet<>();
    private int depth;
    private long repeatable;
    private boolean exact = true;

    private CloneReader(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.repeatable = (long) MOST_REPEATED * bytes.length;
    }

    /** @param exact whether the value that the JSON stands for is this one */
    record Read(JsonNode json, boolean exact) {}

    private static final class Unreadable extends RuntimeException {
        Unreadable(String message) {
            super(message);
        }
    }

    /** Empty: of a kind that has no likeness in JSON, or no such bytes at all. */
    static Optional<Read> read(byte[] bytes) {
        var reader = new CloneReader(bytes);
        try {
            reader.header();
            var json = reader.value();
            return Optional.of(new Read(json, reader.exact));
        } catch (Unreadable | BufferUnderflowException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private void header() {
        if (next() != VERSION) {
            throw new Unreadable("no version");
        }
        int version = varint();
        if (version < OLDEST || version > NEWEST) {
            throw new Unreadable("version " + version);
        }
    }

    private JsonNode value() {
        return value(tag());
    }

    private JsonNode value(int tag) {
        if (++depth > DEEPEST) {
            throw new Unreadable("too deep");
        }
        var read = likeness(tag);
        depth--;
        return read;
    }

    /** Padding has no meaning. */
    private int tag() {
        int tag = next();
        while (tag == 0) {
            tag = next();
        }
        return tag;
    }

    private JsonNode likeness(int tag) {
        var make = Wire.JSON.getNodeFactory();
        return switch (tag) {
            case '0' -> make.nullNode();
            case '_' -> close(make.nullNode());
            case 'T' -> make.booleanNode(true);
            case 'F' -> make.booleanNode(false);
            case 'I' -> make.numberNode(zigzag());
            case 'U' -> make.numberNode(Integer.toUnsignedLong(varint()));
            case 'N' -> number(in.getDouble());
            case 'Z' -> close(bigint());
            case '"', 'S', 'c' -> make.stringNode(text(tag));
            case 'D' -> registered(close(make.stringNode(date(in.getDouble()))));
            case 'y' -> registered(close(make.booleanNode(true)));
            case 'x' -> registered(close(make.booleanNode(false)));
            case 'n' -> registered(close(number(in.getDouble())));
            case 's' -> registered(close(value()));
            case 'o' -> object();
            case 'A' -> dense(varint());
            case 'a' -> sparse(varint());
            case ';' -> map();
            case '\'' -> set();
            case '\\' -> bytes();
            case '^' -> known(varint());
            default -> throw new Unreadable("kind " + tag);
        };
    }

    /** What comes closest, and is not the same. */
    private <T extends JsonNode> T close(T node) {
        exact = false;
        return node;
    }

    private JsonNode registered(JsonNode node) {
        objects.add(node);
        return node;
    }

    /** JSON has no end that a value could have in itself. */
    private JsonNode known(int id) {
        if (id < 0 || id >= objects.size() || open.contains(id)) {
            throw new Unreadable("object " + id);
        }
        var again = objects.get(id);
        repeat(again, depth);
        return close(again);
    }

    /** It is written out each time: of objects that have each other twice, a few bytes would be more than any memory. */
    private void repeat(JsonNode node, int at) {
        if (at > DEEPEST) {
            throw new Unreadable("too deep");
        }
        repeatable -= node.isContainer() ? 2 : node.toString().length();
        if (repeatable < 0) {
            throw new Unreadable("too much of what it repeats");
        }
        node.forEach(child -> repeat(child, at + 1));
        node.propertyNames().forEach(name -> repeatable -= name.length());
    }

    private JsonNode number(double value) {
        var make = Wire.JSON.getNodeFactory();
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return close(make.stringNode(Double.toString(value)));
        }
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? make.numberNode((long) value)
                : make.numberNode(value);
    }

    private String date(double millis) {
        return Double.isNaN(millis)
                ? "Invalid Date"
                : Instant.ofEpochMilli((long) millis).toString();
    }

    private JsonNode bigint() {
        int field = varint();
        var digits = take(field >>> 1);
        for (int i = 0, j = digits.length - 1; i < j; i++, j--) {
            byte low = digits[i];
            digits[i] = digits[j];
            digits[j] = low;
        }
        var size = new BigInteger(1, digits);
        var number = (field & 1) == 0 ? size : size.negate();
        var make = Wire.JSON.getNodeFactory();
        return digits.length > MOST_DIGIT_BYTES ? make.stringNode(number.toString()) : make.numberNode(number);
    }

    private String text(int tag) {
        var bytes = take(varint());
        var encoding = switch (tag) {
            case 'c' -> StandardCharsets.UTF_16LE;
            case 'S' -> StandardCharsets.UTF_8;
            default -> StandardCharsets.ISO_8859_1;
        };
        var text = new String(bytes, encoding);
        if (!Arrays.equals(text.getBytes(encoding), bytes)) {
            exact = false; // JavaScript has strings with half a character
        }
        return text;
    }

    private ObjectNode object() {
        var object = Wire.JSON.createObjectNode();
        int id = begin(object);
        properties(object, '{');
        varint();
        open.remove(id);
        return object;
    }

    private int begin(JsonNode node) {
        objects.add(node);
        open.add(objects.size() - 1);
        return objects.size() - 1;
    }

    private void properties(ObjectNode object, int end) {
        for (int tag = tag(); tag != end; tag = tag()) {
            var name = value(tag);
            if (!name.isString() && !name.isNumber()) {
                throw new Unreadable("no name: " + name.getNodeType());
            }
            if (name.asString().length() > LONGEST_NAME) {
                throw new Unreadable("a name without an end");
            }
            object.set(name.asString(), value());
        }
    }

    private ArrayNode dense(int length) {
        var array = Wire.JSON.createArrayNode();
        int id = begin(array);
        for (int i = 0; i < length; i++) {
            int tag = tag();
            array.add(tag == '-' ? close(Wire.JSON.getNodeFactory().nullNode()) : value(tag));
        }
        named('$');
        varint();
        open.remove(id);
        return array;
    }

    /** An array may have properties beside its elements, which JSON leaves out. */
    private void named(int end) {
        var beside = Wire.JSON.createObjectNode();
        properties(beside, end);
        if (varint() > 0 || !beside.isEmpty()) {
            exact = false;
        }
    }

    private JsonNode sparse(int length) {
        var object = Wire.JSON.createObjectNode();
        int id = begin(object);
        properties(object, '@');
        varint();
        if (varint() != length) {
            throw new Unreadable("an array of another length");
        }
        open.remove(id);
        return close(object);
    }

    private JsonNode map() {
        var pairs = Wire.JSON.createArrayNode();
        int id = begin(pairs);
        for (int tag = tag(); tag != ':'; tag = tag()) {
            pairs.add(Wire.JSON.createArrayNode().add(value(tag)).add(value()));
        }
        varint();
        open.remove(id);
        return close(pairs);
    }

    private JsonNode set() {
        var values = Wire.JSON.createArrayNode();
        int id = begin(values);
        for (int tag = tag(); tag != ','; tag = tag()) {
            values.add(value(tag));
        }
        varint();
        open.remove(id);
        return close(values);
    }

    /** Views of bytes, as node:v8 writes them: kind, length, bytes. */
    private JsonNode bytes() {
        int kind = varint();
        if (kind < 0 || kind > BUFFER + 2) {
            throw new Unreadable("view " + kind);
        }
        var bytes = take(varint());
        return registered(close(
                Wire.JSON.createObjectNode().put("base64", Base64.getEncoder().encodeToString(bytes))));
    }

    private byte[] take(int many) {
        if (many < 0 || many > in.remaining()) {
            throw new BufferUnderflowException();
        }
        var bytes = new byte[many];
        in.get(bytes);
        return bytes;
    }

    private int zigzag() {
        int coded = varint();
        return (coded >>> 1) ^ -(coded & 1);
    }

    private int varint() {
        int value = 0;
        for (int shift = 0; shift < MOST_VARINT_BITS; shift += 7) {
            int each = next();
            value |= (each & 0x7f) << shift;
            if (each < 0x80) {
                return value;
            }
        }
        throw new Unreadable("a number without an end");
    }

    private int next() {
        return Byte.toUnsignedInt(in.get());
    }
}
