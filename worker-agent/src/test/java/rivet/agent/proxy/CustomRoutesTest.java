package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.Shop.ENVIRONMENT;
import static rivet.agent.proxy.Shop.SHOP;
import static rivet.agent.proxy.Shop.ask;
import static rivet.agent.proxy.Shop.exact;
import static rivet.agent.proxy.Shop.named;
import static rivet.agent.proxy.Shop.prefix;
import static rivet.agent.proxy.Shop.put;
import static rivet.agent.proxy.Shop.ready;
import static rivet.agent.proxy.Shop.stripping;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.ActorRoute.Traits;
import rivet.agent.proxy.RawConnection.Answer;
import rivet.protocol.ActorId;

/** Which requests a route means, and what its actors see of them. */
class CustomRoutesTest {

    @ParameterizedTest
    @CsvSource({
        "shop.example.com,           /,              root",
        "SHOP.Example.COM:7080,      /,              root",
        "shop.example.com.,          /,              root",
        "shop.example.com,           /other,         root",
        "shop.example.com,           /api,           exact",
        "shop.example.com,           /api?q=1,       exact",
        "shop.example.com,           /api/,          prefix",
        "shop.example.com,           /api/x,         prefix",
        "shop.example.com,           /apix,          root",
        "shop.example.com,           /api/v1,        longer",
        "shop.example.com,           /api/v1/a/b/c,  longer",
        "shop.example.com,           /api/v1.1,      prefix",
        "shop.example.com,           /%61pi,         root",
        "shop.example.com,           /api%2fv1,      root",
        "shop.example.com,           http://shop.example.com/api, exact",
        "shop.example.com,           http://shop.example.com, root",
        "shop.example.com,           /1/2/3/4/5/6/7/8/9/10, root",
        "only.example.com,           /api,           only",
    })
    void the_longest_path_wins_and_an_exact_one_before_a_prefix(String host, String target, String expected)
            throws IOException {
        List<String> names = List.of("root", "exact", "prefix", "longer", "only");
        Map<String, RawActor> actors = names.stream().collect(Collectors.toMap(name -> name, Shop::named));
        try (ProxyUnderTest proxy = ProxyUnderTest.start()) {
            actors.forEach((name, actor) -> ready(proxy, Map.of("is", name), actor));
            proxy.proxy()
                    .customRoutes()
                    .set(List.of(
                            prefix("root", "shop.example.com", "", Map.of("is", "root")),
                            prefix("prefix", "shop.example.com", "/api", Map.of("is", "prefix")),
                            exact("exact", "shop.example.com", "/api", Map.of("is", "exact")),
                            prefix("longer", "shop.example.com", "/api/v1", Map.of("is", "longer")),
                            exact("only", "only.example.com", "/api", Map.of("is", "only"))));
            String absoluteHost = target.startsWith("http") ? "shop.example.com" : host;

            assertThat(ask(proxy, absoluteHost, target).body()).isEqualTo(expected);
        } finally {
            for (RawActor actor : actors.values()) {
                actor.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "only.example.com,  /",
        "only.example.com,  /api/",
        "only.example.com,  /api/x",
        "other.example.com, /api",
        "localhost,         /api",
    })
    void what_no_route_means_is_not_found(String host, String target) throws IOException {
        try (RawActor actor = named("never");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, actor);
            proxy.proxy().customRoutes().set(List.of(exact("only", "only.example.com", "/api", SHOP)));

            Answer answer = ask(proxy, host, target);

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).contains("\"code\":\"no_route\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api,       /api,         /",
        "/api,       /api/,        /",
        "/api,       /api?q=1,     /?q=1",
        "/api,       /api/x/y?q=1, /x/y?q=1",
        "/api,       /api//x,      //x",
        "/api,       /api/a/../x,  /a/../x",
        "'',         /x,           /x",
    })
    void the_prefix_is_taken_off_and_told(String path, String target, String seen) throws IOException {
        try (RawActor actor = RawActor.recording(
                        (connection, _) -> connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, actor);
            proxy.proxy().customRoutes().set(List.of(stripping(path)));

            ask(proxy, "shop.example.com", target);

            String head = actor.heads().getFirst();
            assertThat(head).startsWith("GET " + seen + " HTTP/1.1\r\n").contains("host: shop.example.com\r\n");
            if (!path.isEmpty()) {
                assertThat(head).contains("x-forwarded-prefix: /api\r\n");
            }
        }
    }

    @Test
    void dots_do_not_lead_back_to_what_was_taken_off() throws IOException {
        try (RawActor actor = named("never");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, actor);
            proxy.proxy().customRoutes().set(List.of(stripping("/api")));

            assertThat(ask(proxy, "shop.example.com", "/api/../x").status()).isEqualTo(400);
            assertThat(ask(proxy, "shop.example.com", "/api/%2e%2e/x").status()).isEqualTo(400);
        }
    }

    @Test
    void without_stripping_the_actor_sees_the_whole_path() throws IOException {
        try (RawActor actor = RawActor.recording(
                        (connection, _) -> connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, actor);
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "/api", SHOP)));

            ask(proxy, "shop.example.com", "/api/x");

            assertThat(actor.heads().getFirst()).startsWith("GET /api/x HTTP/1.1\r\n");
        }
    }

    @Test
    void only_actors_of_the_environment_with_all_the_tags_and_an_http_port_are_reached() throws IOException {
        try (RawActor right = named("right");
                RawActor wrong = named("wrong");
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            Map<String, Integer> ports = Map.of("http", wrong.port());
            Map<String, String> both = Map.of("app", "shop", "version", "2");
            put(proxy, ActorId.random(), Status.READY, new Traits("another", both, Set.of("http")), ports);
            put(proxy, ActorId.random(), Status.READY, new Traits(ENVIRONMENT, both, Set.of()), ports);
            put(proxy, ActorId.random(), Status.READY, Map.of("app", "shop"), ports);
            put(proxy, ActorId.random(), Status.READY, Map.of("app", "shop", "version", "1"), ports);
            put(
                    proxy,
                    ActorId.random(),
                    Status.READY,
                    new Traits(ENVIRONMENT, Map.of("app", "shop", "version", "2", "more", "x"), Set.of("http")),
                    Map.of("http", right.port(), "raw", wrong.port()));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", both)));

            for (int i = 0; i < 20; i++) {
                assertThat(ask(proxy, "shop.example.com", "/").body()).isEqualTo("right");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/0f9c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f-http/x"})
    void an_actors_own_url_is_served_beside_routes(String target) throws IOException {
        try (RawActor actor = named("own");
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor)) {
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));

            assertThat(ask(proxy, "localhost", target).body()).isEqualTo("own");
        }
    }
}
