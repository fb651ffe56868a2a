package rivet.controlplane.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorSearch;
import rivet.controlplane.log.Lines.Line;
import rivet.controlplane.query.Queries;
import rivet.controlplane.tenancy.Signatures;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;

/**
 * Lines as a text to keep. All that an export is stands in its signed URL, so nothing has to be stored or cleaned up, and any
 * replica serves it. It is written as fast as it is read: a slow reader holds neither lines nor a connection.
 */
@Component
final class LogExports {

    static final Duration VALIDITY = Duration.ofHours(1);

    /** A URL has to fit where URLs go. */
    private static final int LONGEST_QUERY_BYTES = 8_000;

    private static final int AT_ONCE = 8;
    private static final int NUMBERS = 5_000;

    private final Lines lines;
    private final ActorSearch search;
    private final Signatures signatures;
    private final InstantSource clock;
    private final Semaphore running = new Semaphore(AT_ONCE);

    LogExports(Lines lines, ActorSearch search, Signatures signatures, InstantSource clock) {
        this.lines = lines;
        this.search = search;
        this.signatures = signatures;
        this.clock = clock;
    }

    /** @param query empty: all lines of the environment */
    String sign(String base, UUID environment, String query) {
        var encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(query.getBytes(StandardCharsets.UTF_8));
        if (encoded.length() > LONGEST_QUERY_BYTES) {
            throw Problem.badField(
                    "query_json", "a long one", "at most %d bytes".formatted(LONGEST_QUERY_BYTES * 3 / 4));
        }
        var expires = clock.instant().plus(VALIDITY).getEpochSecond();
        return "%s/actors/logs/exports?of=%s&query=%s&expires=%d&signature=%s"
                .formatted(base, environment, encoded, expires, signatures.of(signed(environment, encoded, expires)));
    }

    LogRequest check(UUID environment, String query, long expires, String signature) {
        if (!signatures.isOf(signed(environment, query, expires), signature)) {
            throw refused("signature", "not ours (expected: a URL of POST /actors/logs/export)");
        }
        if (clock.instant().isAfter(Instant.ofEpochSecond(expires))) {
            throw refused("expires", "the URL has expired; export again");
        }
        var json = new String(Base64.getUrlDecoder().decode(query), StandardCharsets.UTF_8);
        return new LogRequest(environment, null, Queries.parse(json, LogProperties.SCHEMA));
    }

    private static Problem refused(String field, String what) {
        return new Problem(HttpStatus.FORBIDDEN, "API_FORBIDDEN", "%s: %s".formatted(field, what)).at(field);
    }

    private static String signed(UUID environment, String query, long expires) {
        return "log-export/%s/%s/%d".formatted(environment, query, expires);
    }

    /** @throws Problem if too many are being written already; nothing has been written then */
    void begin() {
        if (!running.tryAcquire()) {
            throw new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "TOO_MANY_EXPORTS",
                    "%d exports are running already; try again later".formatted(AT_ONCE));
        }
    }

    void end() {
        running.release();
    }

    void write(LogRequest request, OutputStream out) throws IOException {
        var few = search.all(request.environment(), request.ofActors(), Instant.EPOCH, WatchIndex.MOST_ACTORS);
        if (few.isPresent()) {
            writeOf(request, few.get(), out);
        } else {
            writeOfAll(request, out);
        }
    }

    private void writeOf(LogRequest request, Collection<ActorId> actors, OutputStream out) throws IOException {
        var wanted = request.wanted();
        var last = new TreeMap<ActorId, Long>();
        actors.forEach(actor -> last.put(actor, 0L));
        while (!last.isEmpty()) {
            var batch = lines.after(wanted, last);
            write(batch, out);
            batch.forEach(line -> last.put(line.actor(), line.id()));
            if (batch.size() < Lines.BATCH) {
                return;
            }
        }
    }

    private void writeOfAll(LogRequest request, OutputStream out) throws IOException {
        var wanted = request.wanted();
        var span = lines.span();
        for (var low = span.first() - 1; low < span.last(); low += NUMBERS) {
            write(lines.between(wanted, low, Math.min(low + NUMBERS, span.last())), out);
        }
    }

    private static void write(List<Line> batch, OutputStream out) throws IOException {
        for (var line : batch) {
            if (line.text() != null) {
                out.write("%s [%s] %s\n"
                        .formatted(line.at(), line.stream(), line.text())
                        .getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
