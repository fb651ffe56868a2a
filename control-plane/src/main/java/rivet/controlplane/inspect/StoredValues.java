package rivet.controlplane.inspect;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;
import rivet.protocol.Wire;
import rivet.protocol.api.KvView;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import tools.jackson.databind.JsonNode;

/** Values as the API shows and takes them; docs/reference/kv-wire.md says what their first byte means. */
final class StoredValues {

    private static final byte RAW = 0;
    private static final byte COUNTER = 1;
    private static final byte CLONE = 2;

    private StoredValues() {}

    static KvView shown(KvAnswer.Entry entry) {
        var value = entry.value().array();
        byte first = value.length == 0 ? RAW : value[0];
        var rest = value.length == 0 ? value : Arrays.copyOfRange(value, 1, value.length);
        var read = first == CLONE ? CloneReader.read(rest).orElse(null) : counter(first, rest);
        return new KvView(
                JsonKeys.shown(entry.key()),
                entry.version(),
                value.length,
                first == CLONE ? "json" : read == null ? "bytes" : "counter",
                read == null ? null : read.json(),
                read == null ? null : read.exact(),
                Base64.getEncoder().encodeToString(rest));
    }

    private static CloneReader.@Nullable Read counter(byte first, byte[] rest) {
        return first == COUNTER && rest.length == Long.BYTES
                ? new CloneReader.Read(
                        Wire.JSON
                                .getNodeFactory()
                                .numberNode(ByteBuffer.wrap(rest).getLong()),
                        true)
                : null;
    }

    static Bytes taken(KvView.Put put) {
        long given = Stream.of(put.json(), put.counter(), put.base64())
                .filter(each -> each != null)
                .count();
        if (given != 1) {
            throw Problem.badField("json", "%d of json, counter and base64".formatted(given), "one of them");
        }
        if (put.counter() != null) {
            return bytes(
                    COUNTER,
                    ByteBuffer.allocate(Long.BYTES).putLong(put.counter()).array());
        }
        return put.base64() == null ? json(put.json()) : bytes(RAW, decoded(put.base64()));
    }

    private static Bytes json(@Nullable JsonNode json) {
        return bytes(
                CLONE,
                CloneWriter.write(json == null ? Wire.JSON.getNodeFactory().nullNode() : json));
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw Problem.badField("base64", base64, "bytes in Base64");
        }
    }

    private static Bytes bytes(byte kind, byte[] rest) {
        return new Bytes(
                ByteBuffer.allocate(1 + rest.length).put(kind).put(rest).array());
    }
}
