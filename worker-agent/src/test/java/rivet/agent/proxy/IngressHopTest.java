package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;

/** Connections and datagrams that come to one agent and are for an actor of another. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class IngressHopTest {

    @Parameter
    boolean encrypted;

    private ProxySettings settings(ProxySettings otherwise) {
        return TwoProxies.encrypted(otherwise, encrypted);
    }

    private TwoProxies start() {
        return TwoProxies.alike(this::settings);
    }

    private TwoProxies start(UnaryOperator<ProxySettings> change) {
        return TwoProxies.alike(its -> change.apply(settings(its)));
    }

    @Test
    void much_goes_both_ways_at_once_and_each_side_ends_for_itself() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                TwoProxies both = start()) {
            both.owner.game(1, Status.READY, PortKind.TCP, actor.port());
            try (RawConnection client = RawConnection.to(both.first.listenFor(PortProtocol.TCP))) {
                EchoScript.exchange(client, 64);
            }
            assertThat(both.first.counted(What.CONNECTION, IngressCounters.CARRIED))
                    .isEqualTo(1);
        }
    }

    @Test
    void an_owner_that_does_not_run_that_generation_is_asked_no_more_and_the_next_one_is_found() throws Exception {
        try (RawActor actor = RawActor.serving(EchoScript::serve);
                TwoProxies both = start()) {
            both.owner.game(2, Status.READY, PortKind.TCP, actor.port());
            try (RawConnection client = RawConnection.to(both.first.listenFor(PortProtocol.TCP))) {
                client.send("hi");
                await().until(() -> both.first.proxy().heldRequests() == 1);
                assertThat(actor.accepted()).isZero();

                both.runs(2);

                assertThat(client.read(2)).isEqualTo("hi");
            }
        }
    }

    @Test
    void an_owner_without_a_lease_cuts_what_it_carries_for_others() throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (RawActor actor = RawActor.serving(connection -> {
                    connection.send(connection.read(2));
                    over.join(); // it ends nothing by itself
                });
                TwoProxies both = start()) {
            both.owner.game(1, Status.READY, PortKind.TCP, actor.port());
            try (RawConnection client = RawConnection.to(both.first.listenFor(PortProtocol.TCP))) {
                assertThat(client.send("hi").read(2)).isEqualTo("hi");

                both.owner.mayServe(false);

                assertThat(client.ended()).isTrue();
            }
        } finally {
            over.complete(null);
        }
    }

    @Test
    void an_actor_that_refuses_is_told_apart_from_an_owner_that_is_gone() throws Exception {
        try (TwoProxies both =
                start(ProxyUnderTest.times(its -> its.withConnectRetries(java.time.Duration.ofMillis(200))))) {
            both.owner.game(1, Status.READY, PortKind.TCP, ProxyUnderTest.freeNumber());
            var address = both.first.listenFor(PortProtocol.TCP);
            try (RawConnection client = RawConnection.to(address)) {
                assertThat(client.ended()).isTrue();
                assertThat(both.first.counted(What.CONNECTION, "connect_failed"))
                        .isEqualTo(1);
            }
            both.runs(TwoProxies.OWNER, 1, ProxyUnderTest.loopback(ProxyUnderTest.freeNumber()));
            both.first.proxy().moved(ProxyUnderTest.ACTOR);
            try (RawConnection client = RawConnection.to(address)) {
                assertThat(client.ended()).isTrue();
                assertThat(both.first.counted(What.CONNECTION, "owner_unreachable"))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void datagrams_of_each_source_go_to_the_owner_and_back() throws Exception {
        try (var actor = DatagramActor.start("far");
                TwoProxies both = start()) {
            both.owner.game(1, Status.READY, PortKind.UDP, actor.port());
            var address = both.first.listenFor(PortProtocol.UDP);
            try (var one = DatagramClient.to(address);
                    var two = DatagramClient.to(address)) {
                var large = "x".repeat(60_000);
                one.send("1");
                two.send("2");
                assertThat(one.receive()).isEqualTo("far: 1");
                assertThat(two.receive()).isEqualTo("far: 2");
                assertThat(one.send(large).receive()).isEqualTo("far: " + large);
                assertThat(actor.sources()).hasSize(2);
            }
        }
    }

    @Test
    void a_source_follows_its_actor_to_another_generation_of_the_owner() throws Exception {
        try (var first = DatagramActor.start("first");
                var second = DatagramActor.start("second");
                TwoProxies both = start()) {
            both.owner.game(1, Status.READY, PortKind.UDP, first.port());
            try (var client = DatagramClient.to(both.first.listenFor(PortProtocol.UDP))) {
                assertThat(client.send("a").receive()).isEqualTo("first: a");

                both.owner.game(2, Status.READY, PortKind.UDP, second.port());
                both.runs(2);

                await().until(() -> client.send("b").receiveIfSoon().equals("second: b"));
            }
        }
    }
}
