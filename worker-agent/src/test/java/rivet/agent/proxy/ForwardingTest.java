package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.agent.proxy.RawConnection.Answer;

class ForwardingTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @ParameterizedTest
    @CsvSource({
        "/hello?x=1, /hello?x=1",
        "'', /",
        "?x=1, /?x=1",
        "/, /",
        "//a//../b/%2e%2e/%2F;v=1?q=/x, //a//../b/%2e%2e/%2F;v=1?q=/x",
    })
    void path_form_strips_its_prefix_and_nothing_else(String asked, String seen) throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(get(asked)).answer().body()).isEqualTo("ok");

            assertThat(actor.heads().getFirst())
                    .startsWith("GET " + seen + " HTTP/1.1\r\n")
                    .contains("\r\nx-forwarded-prefix: " + path("") + "\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:7080", "LOCALHOST:1"})
    void host_form_leaves_the_path_alone(String domain) throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            String host = ACTOR + "-HTTP." + domain;
            client.send("GET /a/b?c HTTP/1.1\r\nHost: " + host + "\r\n\r\n");

            assertThat(client.answer().body()).isEqualTo("ok");
            assertThat(actor.heads().getFirst())
                    .startsWith("GET /a/b?c HTTP/1.1\r\nhost: " + host + "\r\n")
                    .doesNotContain("x-forwarded-prefix");
        }
    }

    @Test
    void one_connection_to_the_actor_serves_requests_one_after_another() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.send(get("/" + i)).answer().body()).isEqualTo("ok");
            }

            assertThat(actor.heads()).hasSize(20);
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order_one_at_a_time() throws IOException {
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    String path = head.substring(4, head.indexOf(' ', 4));
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                many.append(i % 10 == 9 ? "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" : get("/" + i));
            }
            client.send(many.toString());

            for (int i = 0; i < 500; i++) {
                Answer answer = client.answer();
                assertThat(answer.status()).isEqualTo(i % 10 == 9 ? 404 : 200);
                assertThat(answer.body()).contains(i % 10 == 9 ? "no_route" : "/" + i);
            }
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @Test
    void many_pipelined_refusals_do_not_pile_up() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            int many = 3_000;
            Thread.ofVirtual().start(() -> {
                try {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(many));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });

            for (int i = 0; i < many; i++) {
                assertThat(client.answer().status()).isEqualTo(404);
            }
        }
    }

    @Test
    void a_head_arrives_whole_wherever_it_is_split() throws IOException {
        String request = "POST " + path("/x") + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc";
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    connection.read(3);
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            for (int at = 1; at < request.length(); at++) {
                client.send(request.substring(0, at));
                client.send(request.substring(at));
                assertThat(client.answer().body()).as("split at %d", at).isEqualTo("ok");
            }
            assertThat(actor.heads().stream()
                            .map(head -> head.replaceAll("ray-id: .*", ""))
                            .distinct())
                    .hasSize(1);
        }
    }

    @Test
    void an_answer_arrives_whole_wherever_it_is_split() throws IOException {
        String chunks = "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n";
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
        AtomicInteger at = new AtomicInteger();
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send(answer.substring(0, at.get()));
                    connection.send(answer.substring(at.get()));
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            for (; at.get() <= answer.length(); at.incrementAndGet()) {
                client.send(get("/"));
                assertThat(client.readHead()).contains("transfer-encoding: chunked");
                assertThat(client.read(chunks.length())).isEqualTo(chunks);
            }
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @Test
    void chunks_and_trailers_of_a_request_reach_the_actor_as_they_came() throws IOException {
        String chunks = "5;note=x\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 9\r\n\r\n";
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    seen.add(connection.read(chunks.length()));
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            String head = "POST " + path("/") + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(head + chunks).answer().body()).isEqualTo("ok");
                assertThat(seen.remove()).isEqualTo(chunks);
            }
            assertThat(actor.heads().getFirst()).contains("\r\ntransfer-encoding: chunked\r\n");
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\n",
        "HEAD, HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        "GET, HTTP/1.1 204 No Content\\r\\n\\r\\n",
        "GET, HTTP/1.1 304 Not Modified\\r\\nContent-Length: 100\\r\\n\\r\\n",
        "GET, HTTP/1.1 200\\r\\nContent-Length: 0\\r\\n\\r\\n",
    })
    void answers_without_a_body_end_with_their_head(String method, String answer) throws IOException {
        try (RawActor actor = RawActor.answering(answer.replace("\\r", "\r").replace("\\n", "\n"));
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send(method + " " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead())
                        .startsWith(answer.substring(0, 12))
                        .contains("rvt-ray-id: ");
            }
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @Test
    void an_answer_that_ends_with_its_connection_ends_the_clients() throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            assertThat(client.send(get("/")).readHead()).contains("\r\nconnection: close\r\n");
            assertThat(client.readAll()).isEqualTo("until the end");
        }
    }

    @Test
    void a_client_that_waits_for_100_continue_gets_it_from_the_actor() throws IOException {
        try (RawActor actor = RawActor.recording((connection, head) -> {
                    assertThat(head).contains("\r\nexpect: 100-continue\r\n");
                    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
                    connection.read(4);
                    connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send(
                    "PUT " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-Continue\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
            client.send("body");
            assertThat(client.readHead()).startsWith("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n");
            assertThat(client.answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void an_answer_ahead_of_the_whole_body_costs_no_connection() throws IOException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send(OK);
                    seen.add(connection.read(4));
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                client.send("POST " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
                var answer = client.answer();
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(answer.head()).doesNotContain("connection: close");
                client.send("dy");
            }
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            assertThat(seen).containsOnly("body").hasSize(3);
            assertThat(proxy.routes().answered())
                    .containsExactly(new RouteTable.Answered(ProxyUnderTest.ACTOR, "http", 2, 4));
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @Test
    void an_actor_that_answers_and_wants_no_rest_ends_the_clients_connection_after_its_answer() throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    connection.send(OK);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send("POST " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
            assertThat(client.readAll()).endsWith("\r\n\r\nok");
        }
    }

    @Test
    void a_client_whose_body_is_not_wanted_after_all_keeps_no_connection() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send(
                    "PUT " + path("/") + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readAll()).contains("connection: close\r\n").endsWith("\r\n\r\nok");
        }
    }

    @Test
    void an_old_client_speaks_its_version_through_to_the_actor() throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    assertThat(connection.readHead()).contains(" HTTP/1.0\r\nhost: localhost\r\n");
                    connection.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor)) {
            try (RawConnection client = proxy.connect()) {
                client.send("GET " + path("/") + " HTTP/1.0\r\n\r\n");
                assertThat(client.readAll()).contains("connection: close\r\n").endsWith("\r\n\r\nok");
            }
            try (RawConnection client = proxy.connect()) {
                for (int i = 0; i < 2; i++) {
                    client.send("GET " + path("/") + " HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
                    assertThat(client.answer().head()).contains("connection: keep-alive\r\n");
                }
            }
        }
    }

    @Test
    void a_client_that_wants_to_close_is_closed_after_its_answer() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.readAll()).contains("connection: close\r\n").endsWith("ok");
            assertThat(actor.heads().getFirst()).doesNotContainIgnoringCase("connection");
        }
    }

    @Test
    void every_answer_and_every_request_carries_the_same_ray_id() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            String said = ray(client.send(get("/")).answer().head());

            assertThat(said).matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
            assertThat(ray(actor.heads().getFirst())).isEqualTo(said);
            assertThat(ray(client.send(get("/")).answer().head())).isNotEqualTo(said);
        }
    }

    private static String ray(String head) {
        int at = head.indexOf("rvt-ray-id: ") + 12;
        return head.substring(at, head.indexOf('\r', at));
    }
}
