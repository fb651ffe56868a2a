package rivet.controlplane.inspect;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** JSON as V8 serializes the JavaScript value that it stands for; {@link CloneReader} reads it back as the same. */
final class CloneWriter {

    private static final byte[] HEADER = {(byte) 0xff, 15};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private CloneWriter() {}

    static byte[] write(JsonNode json) {
        var writer = new CloneWriter();
        writer.out.writeBytes(HEADER);
        writer.value(json);
        return writer.out.toByteArray();
    }

    private void value(JsonNode json) {
        switch (json.getNodeType()) {
            case BOOLEAN -> out.write(json.booleanValue() ? 'T' : 'F');
            case STRING -> text(json.stringValue());
            case NUMBER -> number(json);
            case ARRAY -> array(json);
            case OBJECT -> object(json);
            default -> out.write('0');
        }
    }

    private void number(JsonNode json) {
        if (json.isInt()) {
            int value = json.intValue();
            out.write('I');
            varint((value << 1) ^ (value >> 31));
        } else {
            out.write('N');
            out.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(json.doubleValue())
                    .array());
        }
    }

    private void text(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write('S');
        varint(bytes.length);
        out.writeBytes(bytes);
    }

    private void array(JsonNode json) {
        out.write('A');
        varint(json.size());
        json.forEach(this::value);
        out.write('$');
        varint(0);
        varint(json.size());
    }

    private void object(JsonNode json) {
        out.write('o');
        json.forEachEntry((name, value) -> {
            text(name);
            value(value);
        });
        out.write('{');
        varint(json.size());
    }

    private void varint(int value) {
        int rest = value;
        while (rest >>> 7 != 0) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
