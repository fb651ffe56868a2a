package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortLimits;
import rivet.protocol.PortProtocol;

/** What a TCP port's creator lets clients do. */
class TcpLimitsTest {

    private static PortLimits limits(@Nullable Integer concurrency, @Nullable Long idleMs, @Nullable Long streamMs) {
        return new PortLimits(concurrency, null, null, null, null, idleMs, null, streamMs);
    }

    /** Two are carried, a third is not, and when one has left another is. */
    private static void twoAtOnce(InetSocketAddress address, ProxyUnderTest proxy) throws IOException {
        try (RawConnection first = RawConnection.to(address)) {
            assertThat(first.send("a").read(1)).isEqualTo("a");
            try (RawConnection second = RawConnection.to(address)) {
                assertThat(second.send("b").read(1)).isEqualTo("b");
                try (RawConnection third = RawConnection.to(address)) {
                    assertThat(third.ended()).isTrue();
                }
                assertThat(proxy.counted(What.CONNECTION, "concurrency_limit")).isEqualTo(1);
            }
            await().until(() -> isCarried(address));
            assertThat(first.send("c").read(1)).isEqualTo("c");
        }
    }

    private static boolean isCarried(InetSocketAddress address) {
        try (RawConnection client = RawConnection.to(address)) {
            return client.send("d").read(1).equals("d");
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void only_so_many_connections_are_carried_at_once() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().limitedGame(actor, limits(2, null, null))) {
            twoAtOnce(proxy.listenFor(PortProtocol.TCP), proxy);
        }
    }

    @Test
    void the_owner_counts_those_that_come_to_other_agents() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                TwoProxies both = TwoProxies.start()) {
            both.owner.limitedGame(actor, limits(2, null, null));
            twoAtOnce(both.first.listenFor(PortProtocol.TCP), both.first);
            assertThat(actor.accepted()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void a_silent_connection_is_ended_as_soon_as_its_port_says() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().limitedGame(actor, limits(null, 300L, null));
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            assertThat(client.ended()).isTrue();

            assertThat(proxy.counted(What.CONNECTION, "idle")).isEqualTo(1);
        }
    }

    @Test
    void a_connection_lasts_no_longer_than_its_port_says() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                ProxyUnderTest proxy = ProxyUnderTest.start().limitedGame(actor, limits(null, null, 300L));
                RawConnection client = RawConnection.to(proxy.listenFor(PortProtocol.TCP))) {
            assertThat(client.ended()).isTrue();

            assertThat(proxy.counted(What.CONNECTION, "stream_over")).isEqualTo(1);
        }
    }

    @Test
    void a_stop_does_not_wait_for_a_connection_that_nobody_can_tell_the_end_of() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                TwoProxies both = TwoProxies.start()) {
            both.owner.limitedGame(actor, PortLimits.NONE);
            try (RawConnection far = RawConnection.to(both.first.listenFor(PortProtocol.TCP));
                    RawConnection near = RawConnection.to(both.owner.listenFor(PortProtocol.TCP))) {
                assertThat(far.send("a").read(1)).isEqualTo("a");
                assertThat(near.send("a").read(1)).isEqualTo("a");

                assertThat(both.owner.proxy().hasUnanswered(ACTOR, 1)).isFalse();
            }
        }
    }
}
