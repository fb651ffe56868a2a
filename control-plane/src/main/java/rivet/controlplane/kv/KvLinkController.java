package rivet.controlplane.kv;

import java.io.IOException;
import java.util.UUID;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.kv.KvWire;

/** What agents bring: requests of one generation of one actor, beside the link, so that they delay nothing on it. */
@RestController
class KvLinkController {

    private static final int BUFFERS_AHEAD = 16;

    private final KvStore store;

    KvLinkController(KvStore store) {
        this.store = store;
    }

    @PostMapping(path = "/link/kv/{actor}/{generation}/read", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] read(
            AgentCaller agent,
            ServerHttpRequest http,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation) {
        return store.read(new KvStore.Writer(parse(actor), generation), body(http));
    }

    /** @param number counts the batches of a generation; the same one again is a retry */
    @PostMapping(
            path = "/link/kv/{actor}/{generation}/write/{number}",
            produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] write(
            AgentCaller agent,
            ServerHttpRequest http,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation,
            @PathVariable("number") long number) {
        return store.write(new KvStore.Writer(parse(actor), generation), number, body(http));
    }

    private static byte[] body(ServerHttpRequest http) {
        try (var in = DataBufferUtils.subscriberInputStream(http.getBody(), BUFFERS_AHEAD)) {
            var body = in.readNBytes(KvWire.MOST_BYTES + 1);
            if (body.length > KvWire.MOST_BYTES) {
                throw new Problem(
                        HttpStatus.CONTENT_TOO_LARGE,
                        "API_BODY_TOO_LARGE",
                        "the body: more than %d bytes (expected: at most that)".formatted(KvWire.MOST_BYTES));
            }
            return body;
        } catch (IOException e) {
            throw new Problem(HttpStatus.BAD_REQUEST, "API_BAD_BODY", "the bytes stopped coming", e);
        }
    }

    private static UUID parse(String actor) {
        try {
            return ActorId.parse(actor).value();
        } catch (IllegalArgumentException e) {
            throw Problem.badParameter("actor", actor, "a UUID");
        }
    }
}
