package rivet.controlplane.web;

import org.springframework.http.HttpStatus;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;

/** Reads what agents send: leniently, for an agent may be newer than we are. */
public final class WireBody {

    private WireBody() {}

    public static <T> T read(byte[] body, Class<T> type) {
        try {
            var read = Wire.JSON.readValue(body, type);
            if (read != null) {
                return read;
            }
        } catch (JacksonException e) {
            throw BadJson.problem(e);
        }
        throw new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", "the body is null (expected: a JSON object)");
    }
}
