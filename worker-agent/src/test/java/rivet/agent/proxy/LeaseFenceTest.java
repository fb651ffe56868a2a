package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.get;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** An agent whose lease ran out answers for nobody, also on connections that were open before. */
class LeaseFenceTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

    @Test
    void requests_are_refused_until_there_is_a_lease_again() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection before = proxy.connect()) {
            assertThat(before.send(get("/")).answer().status()).isEqualTo(200);

            proxy.mayServe(false);
            var refused = before.send(get("/")).answer();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.head().toLowerCase(java.util.Locale.ROOT)).contains("retry-after: 2");
            assertThat(refused.body()).contains("lease_lost");
            assertThat(actor.heads()).hasSize(1);

            proxy.mayServe(true);
            try (RawConnection after = proxy.connect()) {
                assertThat(after.send(get("/")).answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_stream_is_broken_off_before_its_next_bytes_arrive() throws IOException {
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    connection.send(SWITCHING);
                    connection.send(connection.read(2));
                    connection.send(connection.read(2));
                });
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor);
                RawConnection client = proxy.connect()) {
            client.send(get("/").replace("\r\n\r\n", "\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n"));
            assertThat(client.readHead()).contains("101");
            client.send("hi");
            assertThat(client.read(2)).isEqualTo("hi");

            proxy.mayServe(false);
            client.send("ho");

            assertThat(client.ended()).isTrue();
        }
    }
}
