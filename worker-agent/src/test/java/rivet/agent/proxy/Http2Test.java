package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.Http2Connection.RST_STREAM;
import static rivet.agent.proxy.Http2Connection.get;
import static rivet.agent.proxy.Http2Connection.post;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.path;

import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.Http2Connection.Answer;
import rivet.agent.proxy.Http2Connection.Frame;

/** Clients that speak HTTP/2, before actors that speak HTTP/1.1. */
class Http2Test {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Actor: Yes\r\n\r\nok";

    @Test
    void a_request_becomes_one_of_http_1_and_its_answer_one_of_http_2() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(
                    1, get(path("/x?y=z"), "cookie", "a=b", "cookie", "c=d", "x-forwarded-for", "6.6.6.6"), true);
            Answer answer = client.answer(1);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.headers().get("x-actor").toString()).isEqualTo("Yes");
            assertThat(answer.headers().contains("rvt-ray-id")).isTrue();
            assertThat(actor.heads().getFirst())
                    .startsWith("GET /x?y=z HTTP/1.1\r\n")
                    .contains(
                            "\r\nhost: localhost\r\n",
                            "\r\ncookie: a=b; c=d\r\n",
                            "\r\nx-forwarded-for: 127.0.0.1\r\n");
        }
    }

    @Test
    void many_requests_share_a_connection_and_do_not_wait_for_each_other() throws IOException {
        CompletableFuture<Void> go = new CompletableFuture<>();
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    if (head.startsWith("GET /slow")) {
                        go.join();
                    }
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, get(path("/slow")), true);
            for (int stream = 3; stream < 203; stream += 2) {
                client.request(stream, get(path("/fast")), true);
                assertThat(client.answer(stream).status()).isEqualTo(200);
            }
            go.complete(null);
            assertThat(client.answer(1).status()).isEqualTo(200);
        }
    }

    @Test
    void a_body_of_unknown_length_goes_on_in_chunks_with_its_trailers_and_comes_back_so() throws IOException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        String chunks = "3\r\nabc\r\n2\r\nde\r\n0\r\nx-sum: 1\r\n\r\n";
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    seen.add(connection.read(chunks.length()));
                    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, post(path("/")), false).data(1, "abc", false).data(1, "de", false);
            client.request(1, Http2Connection.fields("x-sum", "1"), true);

            Answer answer = client.answer(1);

            assertThat(seen.remove()).isEqualTo(chunks);
            assertThat(answer.body()).isEqualTo("abcde");
            assertThat(answer.trailers().get("x-sum").toString()).isEqualTo("1");
            assertThat(answer.headers().contains("transfer-encoding")).isFalse();
        }
    }

    @Test
    void a_body_with_a_length_keeps_it() throws IOException {
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    assertThat(head).contains("\r\ncontent-length: 5\r\n").doesNotContain("chunked");
                    assertThat(connection.read(5)).isEqualTo("hello");
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, post(path("/"), "content-length", "5"), false).data(1, "hello", true);

            assertThat(client.answer(1).status()).isEqualTo(200);
        }
    }

    @Test
    void an_answer_that_ends_with_its_connection_ends_its_stream_and_no_other() throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            for (int stream = 1; stream < 9; stream += 2) {
                client.request(stream, get(path("/")), true);
                assertThat(client.answer(stream).body()).isEqualTo("until the end");
            }
        }
    }

    @Test
    void an_answer_that_breaks_off_resets_its_stream() throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all");
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, get(path("/")), true);
            Frame frame = client.next(1);
            while (frame.type() != RST_STREAM) {
                assertThat(frame.endsStream()).isFalse();
                frame = client.next(1);
            }
            client.request(3, get("/nowhere"), true);
            assertThat(client.answer(3).status()).isEqualTo(404);
        }
    }

    @Test
    void a_request_waits_for_its_actor_as_any_other() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().route(Status.STARTING, 0);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, get(path("/")), true);
            org.awaitility.Awaitility.await().until(() -> proxy.proxy().heldRequests() == 1);
            proxy.ready(actor);
            assertThat(client.answer(1).status()).isEqualTo(200);
        }
    }

    @Test
    void a_client_that_changes_its_mind_frees_the_actor() throws Exception {
        BlockingQueue<Boolean> ended = new LinkedBlockingQueue<>();
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    ended.add(connection.ended());
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, get(path("/")), true);
            org.awaitility.Awaitility.await().until(() -> actor.accepted() == 1);
            client.frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

            assertThat(ended.poll(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void continue_and_early_hints_pass() throws IOException {
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    assertThat(head).contains("\r\nexpect: 100-continue\r\n");
                    connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                    connection.read(4);
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, post(path("/"), "expect", "100-continue", "content-length", "4"), false);
            assertThat(client.headers(1).status().toString()).isEqualTo("100");
            assertThat(client.headers(1).get("link").toString()).isEqualTo("</a>");
            client.data(1, "body", true);
            assertThat(client.answer(1).body()).isEqualTo("ok");
        }
    }

    @Test
    void a_websocket_opens_by_extended_connect() throws Exception {
        try (RawActor actor = RawActor.serving(connection -> {
                    assertThat(connection.readHead())
                            .startsWith("GET /ws HTTP/1.1\r\n")
                            .contains(
                                    "\r\nconnection: upgrade\r\nupgrade: websocket\r\n",
                                    "sec-websocket-key: ",
                                    "sec-websocket-protocol: chat");
                    connection.send(
                            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\nhi");
                    connection.send(connection.read(5).toUpperCase(java.util.Locale.ROOT));
                    assertThat(connection.ended()).isTrue();
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                Http2Connection client = Http2Connection.to(proxy)) {
            Http2Headers connect = get(
                            path("/ws"),
                            ":protocol",
                            "websocket",
                            "sec-websocket-version",
                            "13",
                            "sec-websocket-protocol",
                            "chat")
                    .set(":method", "CONNECT");
            client.request(1, connect, false);

            Http2Headers opened = client.headers(1);
            assertThat(opened.status().toString()).isEqualTo("200");
            assertThat(opened.get("sec-websocket-protocol").toString()).isEqualTo("chat");
            assertThat(opened.contains("upgrade")).isFalse();
            assertThat(client.next(1).text()).isEqualTo("hi");
            client.data(1, "hello", false);
            assertThat(client.next(1).text()).isEqualTo("HELLO");
            client.data(1, "", true);
            assertThat(client.next(1).endsStream()).isTrue();
        }
    }

    @Test
    void problems_are_answered_as_in_http_1() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, get("/"), true);
            client.request(3, get("/").set(":method", "TRACE"), true);
            client.request(5, get("/" + ACTOR + "-http/.."), true);
            assertThat(client.answer(1).body()).contains("\"code\":\"no_route\"");
            assertThat(client.answer(3).status()).isEqualTo(405);
            assertThat(client.answer(5).status()).isEqualTo(400);
        }
    }

    @Test
    void heads_that_are_too_large_are_refused() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                Http2Connection client = Http2Connection.to(proxy)) {
            client.request(1, get("/" + "a".repeat(9_000)), true);
            assertThat(client.answer(1).status()).isEqualTo(414);
        }
    }
}
