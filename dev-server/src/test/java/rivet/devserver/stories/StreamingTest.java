package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What flows through an actor's URL for long, or in great amounts. */
class StreamingTest {

    private static final long GIB = 1L << 30;

    /** What the dev server may grow by while a GiB flows through it; buffering it would take sixteen times this. */
    private static final long GROWTH_BYTES = 64L << 20;

    @TempDir
    static Path work;

    static RunningDevServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void a_websocket_client_is_echoed_with_its_sub_protocol_and_headers() throws Exception {
        server.deployExample("websocket-echo", work);
        var actor = create("websocket-echo");

        var ran = server.node("websocket.mjs", RunningDevServer.url(actor, "http"));

        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    @Test
    void an_event_source_client_receives_events_while_the_response_is_open() throws Exception {
        server.deployExample("events", work);
        var actor = create("events");

        var ran = server.node("events.mjs", RunningDevServer.url(actor, "http"));

        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    @Test
    void a_gibibyte_goes_up_and_comes_down_with_flat_memory() throws Exception {
        deployBulk();
        var url = RunningDevServer.url(create("bulk"), "http");
        upload(url, 1 << 20);
        var before = peakBytes();

        assertThat(upload(url, GIB)).isEqualTo(Long.toString(GIB));
        assertThat(download(url, GIB)).isEqualTo(GIB);

        var grown = peakBytes() - before;
        System.out.printf("1 GiB up and down: the dev server's peak memory grew by %d MiB%n", grown >> 20);
        assertThat(grown).isLessThan(GROWTH_BYTES);
    }

    private static tools.jackson.databind.JsonNode create(String name) throws Exception {
        return server.create("""
                {"tags": {}, "build_tags": {"name": "%s", "current": "true"},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(name));
    }

    private static void deployBulk() throws Exception {
        var folder = Files.createDirectories(work.resolve("bulk"));
        Files.writeString(folder.resolve("rivet.json"), """
                {"builds": {"bulk": {"script": "main.ts"}}}""");
        Files.writeString(folder.resolve("main.ts"), """
                async function count(body: ReadableStream<Uint8Array> | null): Promise<number> {
                  let bytes = 0;
                  for await (const chunk of body ?? []) bytes += chunk.length;
                  return bytes;
                }

                function produce(bytes: number): ReadableStream<Uint8Array> {
                  const chunk = new Uint8Array(65536);
                  return new ReadableStream({
                    pull(controller) {
                      if (bytes <= 0) return controller.close();
                      controller.enqueue(chunk.subarray(0, Math.min(bytes, chunk.length)));
                      bytes -= chunk.length;
                    },
                  });
                }

                export default {
                  async start() {
                    const port = Number(Deno.env.get("PORT_HTTP"));
                    await Deno.serve({ port, hostname: "127.0.0.1" }, async (request) => {
                      const size = new URL(request.url).searchParams.get("size");
                      return size ? new Response(produce(Number(size))) : new Response(String(await count(request.body)));
                    }).finished;
                  },
                };
                """);
        assertThat(server.rivet(folder, "deploy").exitCode()).isZero();
    }

    private static String upload(String url, long bytes) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.fromPublisher(
                        HttpRequest.BodyPublishers.ofInputStream(() -> new Zeros(bytes)), bytes))
                .timeout(Duration.ofMinutes(2))
                .build();
        return server.http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static long download(String url, long bytes) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url + "?size=" + bytes))
                .timeout(Duration.ofMinutes(2))
                .build();
        try (var body = server.http
                .send(request, HttpResponse.BodyHandlers.ofInputStream())
                .body()) {
            return body.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }

    private static long peakBytes() throws IOException {
        try (var lines =
                Files.lines(Path.of("/proc/%d/status".formatted(server.process().pid())))) {
            var peak =
                    lines.filter(line -> line.startsWith("VmHWM:")).findFirst().orElseThrow();
            return Long.parseLong(peak.replaceAll("\\D", "")) * 1024;
        }
    }

    /** A stream of so many zero bytes. */
    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            var now = (int) Math.min(left, length);
            left -= now;
            return now;
        }
    }
}
