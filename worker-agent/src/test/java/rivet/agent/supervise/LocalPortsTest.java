package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class LocalPortsTest {

    @Test
    void no_number_is_lent_twice() throws Exception {
        int first = freePort();
        var ports = new LocalPorts(new LocalPorts.Range(first, first), 7);

        assertThat(ports.take()).isEqualTo(first);
        assertThatThrownBy(ports::take).hasMessageContaining("all in use");
        ports.giveBack(first);
        assertThat(ports.take()).isEqualTo(first);
    }

    @Test
    void number_that_another_program_has_is_passed_over() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var ports = new LocalPorts(new LocalPorts.Range(other.getLocalPort(), other.getLocalPort()), 0);

            assertThat(ports.take(other.getLocalPort())).isFalse();
            assertThatThrownBy(ports::take).hasMessageContaining("all in use");
        }
    }

    @Test
    void number_on_which_another_program_takes_datagrams_is_passed_over() throws Exception {
        try (var other = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            var ports = new LocalPorts(new LocalPorts.Range(other.getLocalPort(), other.getLocalPort()), 0);

            assertThat(ports.take(other.getLocalPort())).isFalse();
        }
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }
}
