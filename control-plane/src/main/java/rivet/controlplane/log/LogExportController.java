package rivet.controlplane.log;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.query.Queries;
import rivet.controlplane.web.Open;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.WebSettings;

/** Exports: a URL for who asks, the text for who has the URL. */
@RestController
class LogExportController {

    private static final MediaType TEXT = MediaType.parseMediaType("text/plain;charset=utf-8");
    private static final int BYTES_A_BUFFER = 64 << 10;

    private final LogExports exports;
    private final WebSettings web;
    private final Executor virtualThreads;

    LogExportController(LogExports exports, WebSettings web, Executor virtualThreads) {
        this.exports = exports;
        this.web = web;
        this.virtualThreads = virtualThreads;
    }

    /** @param project and environment: where the published client writes them; {@link ExportTenant} has moved them */
    record ExportRequest(
            @Nullable String project,
            @Nullable String environment,
            @Nullable String queryJson) {}

    record Exported(String url) {}

    /** A signed URL from which the lines can be downloaded that a query is true of. */
    @Needs(Scope.READ)
    @PostMapping("/actors/logs/export")
    Exported export(Caller caller, ServerHttpRequest http, @RequestBody ExportRequest request) {
        var query = request.queryJson() == null ? "" : request.queryJson();
        Queries.parse(query, LogProperties.SCHEMA);
        var uri = http.getURI();
        var base = web.publicUrl().isEmpty() ? uri.getScheme() + "://" + uri.getAuthority() : web.publicUrl();
        return new Exported(exports.sign(base, caller.environment().id(), query));
    }

    /** The lines of an export, as text. */
    @Open("the URL is signed, and good for these lines only")
    @GetMapping("/actors/logs/exports")
    ResponseEntity<Flux<DataBuffer>> exported(
            @RequestParam("of") String environment,
            @RequestParam("query") String query,
            @RequestParam("expires") long expires,
            @RequestParam("signature") String signature) {
        var request = exports.check(environment(environment), query, expires, signature);
        exports.begin();
        var bytes = DataBufferUtils.outputStreamPublisher(
                out -> write(request, out), DefaultDataBufferFactory.sharedInstance, virtualThreads, BYTES_A_BUFFER);
        return ResponseEntity.ok()
                .contentType(TEXT)
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"logs.txt\"")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(Flux.from(bytes).doFinally(_ -> exports.end()));
    }

    private void write(LogRequest request, OutputStream out) {
        try {
            exports.write(request, out);
        } catch (IOException e) {
            throw new UncheckedIOException("the reader stopped reading", e);
        }
    }

    private static UUID environment(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw Problem.badParameter("of", text, "as in the URL that was given");
        }
    }
}
