package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.Http2Connection.get;
import static rivet.agent.proxy.Http2Connection.post;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.Http2Connection.Frame;

/** Streams that are slow, and connections that end. */
class Http2FlowTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void a_slow_reader_holds_up_its_actor_and_nobody_else() throws IOException {
        int size = 8 * 1024 * 1024;
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.startsWith("GET /large")) {
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(size));
                        connection.send(new byte[size]);
                    } else {
                        connection.send(OK);
                    }
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.frame(Http2Connection.WINDOW_UPDATE, 0, 0, new byte[] {0x10, 0, 0, 0});
            client.request(1, get(path("/large")), true);
            int came = 0;
            client.headers(1);
            while (came < 65_535) {
                came += client.next(1).length();
            }
            for (int stream = 3; stream < 23; stream += 2) {
                client.request(stream, get(path("/")), true);
                assertThat(client.answer(stream).body()).isEqualTo("ok");
            }
            client.frame(Http2Connection.WINDOW_UPDATE, 0, 1, new byte[] {0x10, 0, 0, 0});
            Frame frame;
            do {
                frame = client.next(1);
                came += frame.length();
            } while (!frame.endsStream());
            assertThat(came).isEqualTo(size);
        }
    }

    @Test
    void an_actor_that_reads_slowly_holds_up_its_client_and_nobody_else() throws IOException {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.startsWith("POST /slow")) {
                        go.join();
                        int size = 4_000_000;
                        connection.read(size);
                    }
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().route(1, Status.READY, actor.port());
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, post(path("/slow"), "content-length", "4000000"), false);
            int window = 64 * 1024;
            byte[] data = new byte[16_000];
            int sent = 0;
            // As much as the stream's window allows without anybody reading.
            while (sent + data.length <= window) {
                client.frame(Http2Connection.DATA, 0, 1, data);
                sent += data.length;
            }
            for (int stream = 3; stream < 23; stream += 2) {
                client.request(stream, get(path("/")), true);
                assertThat(client.answer(stream).body()).isEqualTo("ok");
            }
            go.complete(null);
            while (sent < 4_000_000) {
                Frame update =
                        client.await(frame -> frame.type() == Http2Connection.WINDOW_UPDATE && frame.stream() == 1);
                int more = update.payload().readInt();
                while (more > 0 && sent < 4_000_000) {
                    int many = Math.min(Math.min(more, data.length), 4_000_000 - sent);
                    client.frame(
                            Http2Connection.DATA,
                            sent + many == 4_000_000 ? 1 : 0,
                            1,
                            java.util.Arrays.copyOf(data, many));
                    sent += many;
                    more -= many;
                }
            }
            assertThat(client.answer(1).body()).isEqualTo("ok");
        }
    }

    @Test
    void closing_lets_streams_end() throws IOException {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, _) -> {
            go.join();
            connection.send(OK);
        })) {
            ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
            try (Http2Connection client = Http2Connection.to(proxy)) {
                client.request(1, get(path("/")), true);
                org.awaitility.Awaitility.await().until(() -> actor.heads().size() == 1);
                CompletableFuture<Void> closed = CompletableFuture.runAsync(proxy::close);
                assertThat(client.connectionError()).isZero();
                go.complete(null);
                assertThat(client.answer(1).body()).isEqualTo("ok");
                closed.join();
            }
        }
    }
}
