package rivet.agent.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.proxy.http.HostileRequests.Vector;

/**
 * Asks a real HAProxy and a real nginx, where both are installed, and records what they said for
 * {@link HostileRequestsTest}: {@code -Dpeers=record}. Needed whenever the requests change.
 */
@EnabledIfSystemProperty(named = "peers", matches = "record")
class PeersTest {

    private static final int AT_ONCE = 16;

    @TempDir
    Path folder;

    @Test
    void they_and_we_read_the_same_requests() throws Exception {
        List<Vector> vectors = Verdicts.vectors();
        Map<String, String> verdicts = new TreeMap<>();
        List<String> differences = new ArrayList<>();
        try (ServerSocket upstream = Peer.upstream();
                Peer nginx = Peer.nginx(folder, upstream.getLocalPort());
                Peer haproxy = Peer.haproxy(folder, upstream.getLocalPort())) {
            for (var peer : Map.of("nginx", nginx, "haproxy", haproxy).entrySet()) {
                var outcomes = ask(peer.getValue(), vectors);
                StringBuilder letters = new StringBuilder();
                for (int i = 0; i < outcomes.size(); i++) {
                    letters.append(outcomes.get(i).verdict());
                    compare(peer.getKey(), vectors.get(i), outcomes.get(i), differences);
                }
                verdicts.put(peer.getKey(), letters.toString());
                reread(peer.getKey(), peer.getValue(), vectors, differences);
            }
        }
        var recorded = new Verdicts(Verdicts.digest(vectors), verdicts);
        recorded.write();

        assertThat(differences).as(recorded.summary()).isEmpty();
    }

    private static List<Peer.Outcome> ask(Peer peer, List<Vector> vectors)
            throws InterruptedException, ExecutionException {
        try (var pool = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Peer.Outcome>> asked = new ArrayList<>();
            vectors.forEach(vector -> asked.add(pool.submit(() -> peer.ask(vector.raw()))));
            List<Peer.Outcome> outcomes = new ArrayList<>();
            for (Future<Peer.Outcome> each : asked) {
                outcomes.add(each.get());
            }
            return outcomes;
        }
    }

    /** What both of us accept must be the same request. */
    private static void compare(String peer, Vector vector, Peer.Outcome outcome, List<String> differences) {
        if (!(Reading.of(vector.raw(), Integer.MAX_VALUE) instanceof Reading.Accepted ours)) {
            return;
        }
        if (outcome.verdict() != 'A') {
            differences.add("%s said %s to %s".formatted(peer, outcome.verdict(), vector.bytes()));
        }
        outcome.received().ifPresent(theirs -> {
            var read = Reading.byOthers(theirs);
            var mine = Reading.byOthers(bytes(ours.forwarded()));
            if (!canonical(read).equals(canonical(mine))) {
                differences.add("%s forwarded %s and not %s of %s".formatted(peer, read, mine, vector.bytes()));
            }
        });
    }

    /** Through one of them, what we forward stays what it is. */
    private static void reread(String peer, Peer proxy, List<Vector> vectors, List<String> differences)
            throws IOException {
        for (Vector vector : vectors) {
            if (Reading.of(vector.raw(), Integer.MAX_VALUE) instanceof Reading.Accepted ours) {
                var mine = Reading.byOthers(bytes(ours.forwarded()));
                var outcome = proxy.ask(bytes(ours.forwarded()));
                var theirs = outcome.received().map(Reading::byOthers).orElse(List.of());
                if (!canonical(theirs).equals(canonical(mine))) {
                    differences.add("%s said %s to our %s".formatted(peer, outcome.verdict(), ours.forwarded()));
                }
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** HAProxy leaves an absolute form as it is, and neither invents a host for HTTP/1.0. */
    private static List<Reading.Request> canonical(List<Reading.Request> requests) {
        return requests.stream()
                .map(request -> new Reading.Request(
                        request.method(),
                        request.target()
                                .replaceFirst("^(?i:http)://[^/?]*(?=/)", "")
                                .replaceFirst("^(?i:http)://[^/?]*", "/"),
                        request.host().isEmpty() ? "localhost" : request.host(),
                        request.body()))
                .toList();
    }
}
