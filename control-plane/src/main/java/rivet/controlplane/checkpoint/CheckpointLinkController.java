package rivet.controlplane.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.checkpoint.CheckpointRepository.Newest;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.link.CheckpointTaken;
import rivet.protocol.link.DirOpened;

/** What agents bring and fetch for actors that have a directory, beside the link, so that it delays nothing there. */
@RestController
class CheckpointLinkController {

    private static final int BUFFERS_AHEAD = 16;
    private static final int BYTES_A_BUFFER = 64 << 10;

    private final Checkpoints checkpoints;
    private final CheckpointSettings settings;
    private final Executor virtualThreads;

    CheckpointLinkController(Checkpoints checkpoints, CheckpointSettings settings, Executor virtualThreads) {
        this.checkpoints = checkpoints;
        this.settings = settings;
        this.virtualThreads = virtualThreads;
    }

    @PostMapping("/link/dirs/{actor}/{generation}/open")
    DirOpened open(
            AgentCaller agent,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation,
            @RequestParam("held") long held) {
        return checkpoints.open(actor(actor), generation, held);
    }

    @PostMapping("/link/dirs/{actor}/{generation}/over-quota")
    void overQuota(
            AgentCaller agent,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation,
            @RequestParam("bytes") long bytes,
            @RequestParam("quota") long quota) {
        checkpoints.overQuota(actor(actor), generation, bytes, quota);
    }

    /** Of an actor without a directory: what is in its store. */
    @PostMapping("/link/dirs/{actor}/{generation}/checkpoints/{id}")
    CheckpointTaken takeStore(
            AgentCaller agent,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation,
            @PathVariable("id") String id) {
        return new CheckpointTaken(
                checkpoints.takeStore(parsed("id", id, "a UUID", UUID::fromString), actor(actor), generation));
    }

    /** @param cause {@code asked} or {@code stopped} */
    @PutMapping("/link/dirs/{actor}/{generation}/checkpoints/{id}")
    CheckpointTaken take(
            AgentCaller agent,
            ServerHttpRequest http,
            @PathVariable("actor") String actor,
            @PathVariable("generation") long generation,
            @PathVariable("id") String id,
            @RequestParam("cause") String cause,
            @RequestParam("size") long size,
            @RequestParam("content") long content,
            @RequestParam("sha256") String sha256) {
        var checkpoint = new Checkpoint(
                parsed("id", id, "a UUID", UUID::fromString),
                actor(actor),
                generation,
                cause(cause),
                size,
                content,
                sha256);
        var body = http.getBody().timeout(settings.stallTimeout());
        try (var in = DataBufferUtils.subscriberInputStream(body, BUFFERS_AHEAD)) {
            return new CheckpointTaken(checkpoints.take(checkpoint, in));
        } catch (IOException e) {
            throw new Problem(HttpStatus.BAD_REQUEST, Checkpoints.UPLOAD_INVALID, "the bytes stopped coming", e);
        }
    }

    @GetMapping("/link/dirs/{actor}/checkpoints/{number}/content")
    ResponseEntity<Flux<DataBuffer>> content(
            AgentCaller agent, @PathVariable("actor") String actor, @PathVariable("number") long number) {
        var checkpoint = checkpoints.newest(actor(actor), number);
        var bytes = DataBufferUtils.outputStreamPublisher(
                out -> copy(checkpoint, out), DefaultDataBufferFactory.sharedInstance, virtualThreads, BYTES_A_BUFFER);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(checkpoint.sizeBytes())
                .body(Flux.from(bytes));
    }

    private void copy(Newest checkpoint, OutputStream out) {
        try {
            checkpoints.copy(checkpoint, out);
        } catch (IOException e) {
            throw new UncheckedIOException("the agent stopped reading", e);
        }
    }

    private static Checkpoint.Cause cause(String cause) {
        return switch (cause) {
            case "asked" -> Checkpoint.Cause.ASKED;
            case "stopped" -> Checkpoint.Cause.STOPPED;
            default -> throw Problem.badParameter("cause", cause, "asked or stopped");
        };
    }

    private static ActorId actor(String actor) {
        return parsed("actor", actor, "a UUID", ActorId::parse);
    }

    private static <T> T parsed(String name, String text, String expected, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw Problem.badParameter(name, text, expected);
        }
    }
}
