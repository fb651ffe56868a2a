package rivet.controlplane.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.adapter.ReactorNettyWebSocketSession;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class SessionSocketTest {

    /** Of these about a quarter leaked two bytes each. */
    private static final int BROKEN_OFF = 200;

    private final BlockingQueue<WebSocketSession> sessions = new ArrayBlockingQueue<>(1);

    @Test
    void closing_what_the_other_side_broke_off_keeps_no_buffers() throws Exception {
        var server = server();
        try (var client = HttpClient.newHttpClient()) {
            var before = unpooledBytes();

            for (var i = 0; i < BROKEN_OFF; i++) {
                var agent = connect(client, server);
                var socket = new SessionSocket(sessions.take(), Duration.ofSeconds(1));
                agent.abort();
                readToTheEnd(socket);
                socket.closeForError();
            }

            await().untilAsserted(() -> assertThat(unpooledBytes()).isLessThan(before + BROKEN_OFF / 10));
        } finally {
            server.disposeNow();
        }
    }

    private DisposableServer server() {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> response.sendWebsocket((in, out) -> {
                    var handshake = new HandshakeInfo(URI.create("/"), new HttpHeaders(), Mono.empty(), null);
                    var buffers = new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);
                    sessions.add(new ReactorNettyWebSocketSession(in, out, handshake, buffers));
                    return Mono.never();
                }))
                .bindNow();
    }

    private static WebSocket connect(HttpClient client, DisposableServer server) throws Exception {
        return client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + server.port()), new WebSocket.Listener() {})
                .get(10, TimeUnit.SECONDS);
    }

    private static void readToTheEnd(SessionSocket socket) {
        try (var frames = socket.frames()) {
            frames.forEach(_ -> {});
        } catch (RuntimeException e) {
            // broken off, as it was meant
        }
    }

    private static long unpooledBytes() {
        var metric = UnpooledByteBufAllocator.DEFAULT.metric();
        return metric.usedHeapMemory() + metric.usedDirectMemory();
    }
}
