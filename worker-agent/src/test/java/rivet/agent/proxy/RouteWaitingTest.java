package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.Shop.SHOP;
import static rivet.agent.proxy.Shop.ask;
import static rivet.agent.proxy.Shop.get;
import static rivet.agent.proxy.Shop.named;
import static rivet.agent.proxy.Shop.prefix;
import static rivet.agent.proxy.Shop.put;
import static rivet.agent.proxy.Shop.ready;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.RawConnection.Answer;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;

/** What becomes of a request while a route's actors are not ready, or not here. */
class RouteWaitingTest {

    @Test
    void a_request_waits_for_a_starting_actor_and_takes_whichever_is_ready_first() throws IOException {
        try (RawActor actor = named("second");
                ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            put(proxy, ActorId.random(), Status.STARTING, SHOP, Map.of("http", 0));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));
            client.send(get("shop.example.com", "/"));
            await().until(() -> proxy.proxy().held().count() == 1);

            ready(proxy, SHOP, actor);

            assertThat(client.answer().body()).isEqualTo("second");
            assertThat(proxy.proxy().held().count()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"STARTING, starting", "CRASHED, crash_loop"})
    void waiting_ends_with_the_reason(Status status, String code) throws IOException {
        try (ProxyUnderTest proxy =
                ProxyUnderTest.start(ProxyUnderTest.times(times -> times.withHold(Duration.ofMillis(200))))) {
            put(proxy, ActorId.random(), status, SHOP, Map.of("http", 0));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            Answer answer = ask(proxy, "shop.example.com", "/");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.head()).contains("\r\nretry-after: ");
            assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
        }
    }

    @Test
    void where_there_is_no_actor_that_is_said_with_when_to_try_again() throws IOException {
        try (RawActor actor = named("there");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            Answer answer = ask(proxy, "shop.example.com", "/");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.head()).contains("\r\nretry-after: 5\r\n");
            assertThat(answer.body()).contains("\"code\":\"no_actor\"");

            ActorId id = ready(proxy, SHOP, actor);
            assertThat(ask(proxy, "shop.example.com", "/").body()).isEqualTo("there");

            proxy.routes().remove(id);
            assertThat(ask(proxy, "shop.example.com", "/").status()).isEqualTo(503);
        }
    }

    @Test
    void a_stopping_actor_gets_no_new_requests() throws IOException {
        try (RawActor stopping = named("stopping");
                RawActor other = named("other");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ActorId id = ready(proxy, SHOP, stopping);
            ready(proxy, SHOP, other);
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            put(proxy, id, Status.STOPPING, SHOP, Map.of("http", stopping.port()));

            for (int i = 0; i < 10; i++) {
                assertThat(ask(proxy, "shop.example.com", "/").body()).isEqualTo("other");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "running,       true,  502, remote_actor",
        "stopping,      true,  503, no_actor",
        "pending,       false, 503, starting",
        "crash_backoff, false, 503, crash_loop",
    })
    void what_the_control_plane_knows_of_other_places_is_believed(
            String state, boolean elsewhere, int status, String code) throws IOException {
        try (ProxyUnderTest proxy =
                ProxyUnderTest.start(ProxyUnderTest.times(times -> times.withHold(Duration.ofMillis(200))))) {
            AgentId agent = elsewhere ? AgentId.random() : null;
            proxy.locate("a", () -> CompletableFuture.completedFuture(List.of(location(state, agent))));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            Answer answer = ask(proxy, "shop.example.com", "/");

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
        }
    }

    private static ActorLocation location(String state, @Nullable AgentId agent) {
        return new ActorLocation(ActorId.random(), state, agent, null);
    }

    @Test
    void a_control_plane_that_is_away_does_not_matter_to_actors_that_are_here() throws IOException {
        try (RawActor actor = named("here");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            proxy.locate("a", () -> CompletableFuture.failedFuture(new IOException("away")));
            proxy.locate("b", () -> CompletableFuture.failedFuture(new IOException("away")));
            ready(proxy, SHOP, actor);
            proxy.proxy()
                    .customRoutes()
                    .set(List.of(
                            prefix("a", "shop.example.com", "", SHOP),
                            prefix("b", "none.example.com", "", Map.of("no", "body"))));

            assertThat(ask(proxy, "shop.example.com", "/").body()).isEqualTo("here");
            Answer none = ask(proxy, "none.example.com", "/");
            assertThat(none.status()).isEqualTo(503);
            assertThat(none.body()).contains("\"code\":\"location_unknown\"");
        }
    }

    @Test
    void strangers_do_not_make_the_control_plane_answer_each_request() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            for (int i = 0; i < 50; i++) {
                assertThat(client.send(get("shop.example.com", "/")).answer().status())
                        .isEqualTo(503);
            }

            assertThat(proxy.lookups()).isLessThan(50);
        }
    }

    @Test
    void a_route_that_is_gone_lets_nobody_wait() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start();
                RawConnection client = proxy.connect()) {
            put(proxy, ActorId.random(), Status.STARTING, SHOP, Map.of("http", 0));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));
            client.send(get("shop.example.com", "/"));
            await().until(() -> proxy.proxy().held().count() == 1);

            proxy.proxy().customRoutes().set(List.of());

            assertThat(client.answer().body()).contains("\"code\":\"route_changed\"");
            assertThat(ask(proxy, "shop.example.com", "/").status()).isEqualTo(404);
        }
    }

    @Test
    void an_actor_that_does_not_accept_is_passed_over_for_another() throws IOException {
        int gone;
        try (RawActor actor = named("gone")) {
            gone = actor.port();
        }
        try (RawActor actor = named("alive");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, actor);
            put(proxy, ActorId.random(), Status.READY, SHOP, Map.of("http", gone));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            for (int i = 0; i < 10; i++) {
                assertThat(ask(proxy, "shop.example.com", "/").body()).isEqualTo("alive");
            }
        }
    }
}
