package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadinessTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::"})
    void a_udp_port_is_open_when_somebody_takes_datagrams_there(String address) throws IOException {
        try (var socket = new DatagramSocket(null)) {
            var number = free();
            var readiness = new Readiness(Map.of(), Map.of("game", number));
            assertThat(readiness.allOpen()).isFalse();
            assertThat(readiness.firstClosed().orElseThrow().getKey()).isEqualTo("game");

            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), number));

            assertThat(readiness.allOpen()).isTrue();
        }
    }

    @Test
    void what_listens_for_the_other_transport_opens_nothing() throws IOException {
        try (var tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var udp = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            assertThat(new Readiness(Map.of("a", tcp.getLocalPort()), Map.of()).allOpen())
                    .isTrue();
            assertThat(new Readiness(Map.of("a", udp.getLocalPort()), Map.of()).allOpen())
                    .isFalse();
            assertThat(new Readiness(Map.of(), Map.of("a", tcp.getLocalPort())).allOpen())
                    .isFalse();
        }
    }

    private static int free() throws IOException {
        try (var socket = new DatagramSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
