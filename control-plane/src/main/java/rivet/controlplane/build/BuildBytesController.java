package rivet.controlplane.build;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.web.Open;
import rivet.controlplane.web.Problem;

/** Bytes in, for who has a signed URL; bytes out, for agents. Both are streamed; waiting is done on virtual threads. */
@RestController
class BuildBytesController {

    private static final int BUFFERS_AHEAD = 16;
    private static final int BYTES_A_BUFFER = 64 << 10;

    private final Uploads uploads;
    private final Builds builds;
    private final UploadUrls urls;
    private final BuildSettings settings;
    private final Executor virtualThreads;

    BuildBytesController(
            Uploads uploads, Builds builds, UploadUrls urls, BuildSettings settings, Executor virtualThreads) {
        this.uploads = uploads;
        this.builds = builds;
        this.urls = urls;
        this.settings = settings;
        this.virtualThreads = virtualThreads;
    }

    /** The bytes of one part of a build. */
    @Open("the URL is signed, and good for this one part")
    @PutMapping("/builds/{id}/parts/{part}")
    void upload(
            ServerHttpRequest http,
            @PathVariable("id") String id,
            @PathVariable("part") int part,
            @RequestParam("expires") long expires,
            @RequestParam("signature") String signature) {
        var build = BuildController.parse(id);
        urls.check(build, part, expires, signature);
        var body = http.getBody().timeout(settings.stallTimeout());
        try (var in = DataBufferUtils.subscriberInputStream(body, BUFFERS_AHEAD)) {
            uploads.store(build, part, in);
        } catch (IOException e) {
            throw new Problem(HttpStatus.BAD_REQUEST, "UPLOAD_INVALID", "the bytes stopped coming", e);
        }
    }

    @GetMapping("/link/builds/{id}/content")
    ResponseEntity<Flux<DataBuffer>> content(AgentCaller agent, @PathVariable("id") String id) {
        var build = builds.find(BuildController.parse(id)).filter(Build::ready).orElseThrow(() -> Builds.absent(id));
        var bytes = DataBufferUtils.outputStreamPublisher(
                out -> copy(build, out), DefaultDataBufferFactory.sharedInstance, virtualThreads, BYTES_A_BUFFER);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(build.sizeBytes())
                .body(Flux.from(bytes));
    }

    private void copy(Build build, OutputStream out) {
        try {
            builds.copy(build, out);
        } catch (IOException e) {
            throw new UncheckedIOException("the agent stopped reading", e);
        }
    }
}
