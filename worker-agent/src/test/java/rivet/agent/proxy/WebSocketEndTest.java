package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.get;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Whoever ends a WebSocket, its client hears a close frame with the reason, where that can still be told. */
class WebSocketEndTest {

    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final String HELLO = "\u0081\u0005hello";
    private static final String FIRST_HALF = "\u0081\u0005hel";
    private static final String NORMAL_CLOSURE = "\u0088\u0002\u0003\u00e8";

    @Test
    void an_actor_that_goes_without_a_word_is_spoken_for() throws IOException {
        assertThat(heardFromActorThatSays(HELLO)).isEqualTo(HELLO + close(1012, "actor_ended"));
    }

    @Test
    void an_actor_that_resets_is_spoken_for() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING + HELLO);
                    connection.read(1);
                    connection.reset();
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = opened(proxy)) {
            assertThat(client.read(HELLO.length())).isEqualTo(HELLO);
            client.send("x");
            assertThat(client.readAll()).isEqualTo(close(1012, "actor_ended"));
        }
    }

    @Test
    void nothing_is_put_into_the_middle_of_a_frame() throws IOException {
        assertThat(heardFromActorThatSays(FIRST_HALF)).isEqualTo(FIRST_HALF);
    }

    @Test
    void nothing_follows_an_actors_own_close_frame() throws IOException {
        assertThat(heardFromActorThatSays(HELLO + NORMAL_CLOSURE)).isEqualTo(HELLO + NORMAL_CLOSURE);
    }

    @Test
    void an_agent_that_stops_says_so() throws IOException {
        try (RawActor actor = speaking()) {
            RawConnection client;
            try (ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor)) {
                client = opened(proxy);
                assertThat(client.read(HELLO.length())).isEqualTo(HELLO);
            }
            try (client) {
                assertThat(client.readAll()).isEqualTo(close(1012, "shutting_down"));
            }
        }
    }

    @Test
    void an_agent_without_a_lease_says_so() throws IOException {
        try (RawActor actor = speaking();
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = opened(proxy)) {
            assertThat(client.read(HELLO.length())).isEqualTo(HELLO);
            proxy.mayServe(false);
            client.send("x");
            assertThat(client.readAll()).isEqualTo(close(1012, "lease_lost"));
        }
    }

    private static String heardFromActorThatSays(String words) throws IOException {
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.readHead();
                    connection.send(SWITCHING + words);
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = opened(proxy)) {
            return client.readAll();
        }
    }

    private static RawActor speaking() {
        return RawActor.recording((connection, _) -> {
            connection.send(SWITCHING);
            connection.send(HELLO);
            connection.read(100);
        });
    }

    private static RawConnection opened(ProxyUnderTest proxy) throws IOException {
        RawConnection client = proxy.connect();
        client.send(get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"));
        assertThat(client.readHead()).contains("101");
        return client;
    }

    static String close(int code, String reason) {
        return "\u0088" + (char) (2 + reason.length()) + (char) (code >> 8) + (char) (code & 0xff) + reason;
    }
}
