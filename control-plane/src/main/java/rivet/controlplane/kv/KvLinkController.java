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

/** What agents bring for their actors, beside the link, so that it delays nothing there. */
@RestController
class KvLinkController {

    private static final int BUFFERS_AHEAD = 16;

    private final KvStore store;

    KvLinkController(KvStore store) {
        this.store = store;
    }

    /** Batches of many actors; an empty answer to one: nobody knows what became of it. */
    @PostMapping(path = "/link/kv/write", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] write(AgentCaller agent, ServerHttpRequest http) {
        return store.write(body(http));
    }

    /** @param confirmed of a write that the reads must see */
    @PostMapping(
            path = "/link/kv/{actor}/{generation}/{confirmed}/read",
            produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] read(
            AgentCaller agent,
            ServerHttpRequest http,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation,
            @PathVariable("confirmed") long confirmed) {
        return store.read(new KvStore.Writer(parse(actor), generation), confirmed, body(http));
    }

    /** For an agent that found the actor running and does not know how far its numbers had come. */
    @PostMapping(path = "/link/kv/{actor}/{generation}/resume", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
    byte[] resume(AgentCaller agent, @PathVariable("actor") String actor, @PathVariable("generation") long generation) {
        return store.resume(new KvStore.Writer(parse(actor), generation));
    }

    private static byte[] body(ServerHttpRequest http) {
        try (var in = DataBufferUtils.subscriberInputStream(http.getBody(), BUFFERS_AHEAD)) {
            var body = in.readNBytes(KvWire.MOST_TOGETHER + 1);
            if (body.length > KvWire.MOST_TOGETHER) {
                throw new Problem(
                        HttpStatus.CONTENT_TOO_LARGE,
                        "API_BODY_TOO_LARGE",
                        "the body: more than %d bytes (expected: at most that)".formatted(KvWire.MOST_TOGETHER));
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
