package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;

/** Datagrams, at a number of the actor's own. */
class UdpPortTest {

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void each_source_has_its_own_answers(Transport transport) throws Exception {
        try (var actor = DatagramActor.start("one");
                ProxyUnderTest proxy = ProxyUnderTest.start(settings -> settings.withTransport(transport))
                        .game(1, Status.READY, PortKind.UDP, actor.port())) {
            var address = proxy.listenFor(PortProtocol.UDP);
            var clients = new ArrayList<DatagramClient>();
            try {
                for (int i = 0; i < 8; i++) {
                    clients.add(DatagramClient.to(address));
                    clients.get(i).send("hello from " + i);
                }
                for (int i = 0; i < 8; i++) {
                    assertThat(clients.get(i).receive()).isEqualTo("one: hello from " + i);
                }
                assertThat(actor.sources()).hasSize(8);
                assertThat(proxy.proxy().ingressCounters().open(PortProtocol.UDP))
                        .isEqualTo(8);
                assertThat(proxy.counted(What.DATAGRAM_IN, IngressCounters.CARRIED))
                        .isEqualTo(8);
                await().until(() -> proxy.counted(What.DATAGRAM_OUT, IngressCounters.CARRIED) == 8);
            } finally {
                clients.forEach(DatagramClient::close);
            }
        }
    }

    @Test
    void a_large_datagram_stays_whole() throws Exception {
        try (var actor = DatagramActor.start("a");
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.UDP, actor.port());
                var client = DatagramClient.to(proxy.listenFor(PortProtocol.UDP))) {
            var large = "x".repeat(60_000);

            assertThat(client.send(large).receive()).isEqualTo("a: " + large);
        }
    }

    @Test
    void what_comes_for_an_actor_that_starts_waits_and_a_source_follows_it_to_its_next_copy() throws Exception {
        try (var first = DatagramActor.start("first");
                var second = DatagramActor.start("second");
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.STARTING, PortKind.UDP, 0);
                var client = DatagramClient.to(proxy.listenFor(PortProtocol.UDP))) {
            client.send("early");
            await().until(() -> proxy.proxy().heldRequests() == 1);
            proxy.game(1, Status.READY, PortKind.UDP, first.port());
            assertThat(client.receive()).isEqualTo("first: early");

            proxy.game(1, Status.CRASHED, PortKind.UDP, 0);
            client.send("between");
            proxy.game(2, Status.STARTING, PortKind.UDP, 0).game(2, Status.READY, PortKind.UDP, second.port());

            assertThat(client.receive()).isEqualTo("second: between");
            assertThat(first.heard()).isEqualTo(1);
        }
    }

    @Test
    void without_a_lease_nothing_passes_either_way() throws Exception {
        try (var actor = DatagramActor.start("a");
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.UDP, actor.port());
                var client = DatagramClient.to(proxy.listenFor(PortProtocol.UDP))) {
            assertThat(client.send("one").receive()).isEqualTo("a: one");

            proxy.mayServe(false);
            client.send("two");
            await().until(() -> proxy.counted(What.SESSION, "lease_lost") == 1);

            proxy.mayServe(true);
            assertThat(client.send("three").receive()).isEqualTo("a: three");
            assertThat(actor.heard()).isEqualTo(2);
        }
    }

    @Test
    void sources_are_bounded_and_forgotten_after_a_silence() throws Exception {
        var one = new IngressLimits(1, 1, 10, Duration.ofMillis(300), Duration.ofDays(1));
        try (var actor = DatagramActor.start("a");
                ProxyUnderTest proxy = ProxyUnderTest.start(UnaryOperator.identity(), one)
                        .game(1, Status.READY, PortKind.UDP, actor.port())) {
            InetSocketAddress address = proxy.listenFor(PortProtocol.UDP);
            try (var first = DatagramClient.to(address);
                    var second = DatagramClient.to(address)) {
                first.send("hi");
                second.send("no room");
                await().until(() -> proxy.counted(What.DATAGRAM_IN, "overloaded") == 1);
                assertThat(first.receive()).isEqualTo("a: hi");

                await().until(() -> proxy.counted(What.SESSION, "idle") == 1);

                assertThat(second.send("room now").receive()).isEqualTo("a: room now");
            }
        }
    }

    @Test
    void an_actor_that_nobody_knows_costs_nothing_that_stays() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                var client = DatagramClient.to(proxy.listenFor(PortProtocol.UDP))) {
            client.send("anyone?");

            await().until(() -> proxy.counted(What.SESSION, "actor_not_found") == 1);
            assertThat(proxy.proxy().ingressCounters().open(PortProtocol.UDP)).isZero();
        }
    }
}
