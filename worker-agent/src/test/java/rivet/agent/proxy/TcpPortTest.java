package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.GAME;
import static rivet.agent.proxy.ProxyUnderTest.times;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.IngressPort;

/** Connections of any bytes, at a number of the actor's own. */
class TcpPortTest {

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void much_goes_both_ways_at_once_and_each_side_ends_for_itself(Transport transport) throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start(settings -> settings.withTransport(transport))
                        .game(1, Status.READY, PortKind.TCP, actor.port());
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {

            EchoScript.exchange(client, 64);

            assertThat(proxy.counted(What.CONNECTION, IngressCounters.CARRIED)).isEqualTo(1);
            await().until(() -> proxy.proxy().ingressCounters().open(PortProtocol.TCP) == 0);
        }
    }

    @Test
    void who_is_not_read_is_not_read_from() throws Exception {
        try (RawActor deaf = RawActor.serving(connection -> await().forever().until(connection::ended));
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.TCP, deaf.port());
                SocketChannel client = SocketChannel.open(proxy.listenFor(PortProtocol.TCP))) {
            client.configureBlocking(false);
            var megabyte = ByteBuffer.allocate(1 << 20);

            await().during(Duration.ofMillis(500)).until(() -> client.write(megabyte.clear()) == 0);
        }
    }

    @Test
    void a_connection_waits_for_its_actor_and_nothing_of_it_is_lost() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.STARTING, PortKind.TCP, 0);
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            client.send("early");
            await().until(() -> proxy.proxy().heldRequests() == 1);
            assertThat(actor.accepted()).isZero();

            proxy.game(1, Status.READY, PortKind.TCP, actor.port());

            assertThat(client.read(5)).isEqualTo("early");
            client.finishSending();
            assertThat(client.readAll()).isEqualTo(EchoScript.LAST_WORD);
        }
    }

    @Test
    void what_came_before_and_its_end_wait_as_well() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.CRASHED, PortKind.TCP, 0);
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            client.send("all of it").finishSending();
            await().until(() -> proxy.proxy().heldRequests() == 1);

            proxy.game(2, Status.STARTING, PortKind.TCP, 0).game(2, Status.READY, PortKind.TCP, actor.port());

            assertThat(client.readAll()).isEqualTo("all of it" + EchoScript.LAST_WORD);
        }
    }

    @Test
    void who_waited_too_long_is_cut_off_and_counted() throws Exception {
        try (ProxyUnderTest proxy = ProxyUnderTest.start(times(its -> its.withHold(Duration.ofMillis(100))))
                        .game(1, Status.STARTING, PortKind.TCP, 0);
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            assertThat(client.ended()).isTrue();
            assertThat(proxy.counted(What.CONNECTION, "starting")).isEqualTo(1);
        }
    }

    @Test
    void an_actor_that_is_nowhere_is_not_waited_for() throws Exception {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            assertThat(client.ended()).isTrue();
            assertThat(proxy.counted(What.CONNECTION, "actor_not_found")).isEqualTo(1);
        }
    }

    @Test
    void an_actor_that_refuses_for_too_long_is_given_up() throws Exception {
        try (ProxyUnderTest proxy = ProxyUnderTest.start(times(its -> its.withConnectRetries(Duration.ofMillis(100))))
                        .game(1, Status.READY, PortKind.TCP, ProxyUnderTest.freeNumber());
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            assertThat(client.ended()).isTrue();
            assertThat(proxy.counted(What.CONNECTION, "connect_failed")).isEqualTo(1);
        }
    }

    @Test
    void without_a_lease_what_is_carried_is_cut_and_nothing_new_gets_through() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.TCP, actor.port())) {
            var address = proxy.listenFor(PortProtocol.TCP);
            try (RawConnection before = RawConnection.to(address)) {
                assertThat(before.send("hi").read(2)).isEqualTo("hi");

                proxy.mayServe(false);

                assertThat(before.ended()).isTrue();
            }
            try (RawConnection after = RawConnection.to(address)) {
                assertThat(after.ended()).isTrue();
            }
            assertThat(proxy.counted(What.CONNECTION, "lease_lost")).isEqualTo(2);
            assertThat(actor.accepted()).isEqualTo(1);
        }
    }

    @Test
    void an_actor_that_ends_takes_its_connections_with_it() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.TCP, actor.port());
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            assertThat(client.send("hi").read(2)).isEqualTo("hi");

            proxy.game(1, Status.STOPPING, PortKind.TCP, 0);
            actor.closeConnections();

            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void connections_have_an_age_and_a_number_has_only_so_many() throws Exception {
        var few = new IngressLimits(1, 1, 1, Duration.ofSeconds(1), Duration.ofSeconds(2));
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start(UnaryOperator.identity(), few)
                        .game(1, Status.READY, PortKind.TCP, actor.port())) {
            var address = proxy.listenFor(PortProtocol.TCP);
            try (RawConnection first = RawConnection.to(address)) {
                assertThat(first.send("hi").read(2)).isEqualTo("hi");
                try (RawConnection second = RawConnection.to(address)) {
                    assertThat(second.ended()).isTrue();
                }
                assertThat(proxy.counted(What.CONNECTION, "overloaded")).isEqualTo(1);

                assertThat(first.ended()).isTrue();
                assertThat(proxy.counted(What.CONNECTION, "lifetime")).isEqualTo(1);
            }
        }
    }

    @Test
    @SuppressWarnings("try") // that he leaves is what happens
    void a_number_that_is_given_back_is_closed_and_one_that_another_has_is_taken_when_he_leaves() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.TCP, actor.port())) {
            var before = proxy.listenFor(PortProtocol.TCP);
            try (var other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
                proxy.proxy().ingress(List.of(new IngressPort(other.getLocalPort(), PortProtocol.TCP, ACTOR, GAME)));
                await().until(() -> proxy.proxy().ingressUnbound() == 1);
                assertThat(isOpen(before)).isFalse();

                other.close();

                await().until(() -> proxy.proxy().ingressBound() == 1);
                try (RawConnection client = RawConnection.to(ProxyUnderTest.loopback(other.getLocalPort()))) {
                    assertThat(client.send("hi").read(2)).isEqualTo("hi");
                }
            }
        }
    }

    @Test
    void a_port_is_reached_in_its_own_way_only() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().game(1, Status.READY, PortKind.TCP, actor.port());
                RawConnection client = proxy.connect()) {
            var answer = client.send("GET /%s-game/ HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(ACTOR))
                    .answer();
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).contains("port_not_found");

            proxy.game(2, Status.READY, PortKind.HTTP, actor.port());
            try (RawConnection raw = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
                assertThat(raw.ended()).isTrue();
                assertThat(proxy.counted(What.CONNECTION, "port_not_found")).isEqualTo(1);
            }
            assertThat(actor.accepted()).isZero();
        }
    }

    @Test
    void without_certificates_nothing_listens_for_tls() {
        try (ProxyUnderTest proxy = ProxyUnderTest.start()) {
            int number = ProxyUnderTest.freeNumber();

            proxy.proxy().ingress(List.of(new IngressPort(number, PortProtocol.TCP_TLS, ACTOR, GAME)));

            await().until(() -> proxy.proxy().ingressUnbound() == 1);
            assertThat(isOpen(ProxyUnderTest.loopback(number))).isFalse();
        }
    }

    private static boolean isOpen(InetSocketAddress address) {
        try (RawConnection _ = RawConnection.to(address)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
