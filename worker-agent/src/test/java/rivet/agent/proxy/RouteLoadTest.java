package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.Shop.SHOP;
import static rivet.agent.proxy.Shop.ask;
import static rivet.agent.proxy.Shop.get;
import static rivet.agent.proxy.Shop.prefix;
import static rivet.agent.proxy.Shop.ready;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which of a route's actors has a request, and how requests are counted. */
class RouteLoadTest {

    @Test
    void the_actor_with_the_fewest_requests_in_flight_is_chosen() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        RawActor.Reply slow = (connection, _) -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        };
        try (RawActor one = RawActor.recording(slow);
                RawActor two = RawActor.recording(slow);
                RawActor three = RawActor.recording(slow);
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            List<RawActor> actors = List.of(one, two, three);
            actors.forEach(actor -> ready(proxy, SHOP, actor));
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));
            List<RawConnection> clients = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                RawConnection client = proxy.connect();
                client.send(get("shop.example.com", "/"));
                clients.add(client);
                int sent = i + 1;
                await().until(() ->
                        actors.stream().mapToInt(actor -> actor.heads().size()).sum() == sent);
            }

            assertThat(actors).allSatisfy(actor -> assertThat(actor.heads()).hasSize(3));

            release.countDown();
            for (RawConnection client : clients) {
                assertThat(client.answer().status()).isEqualTo(200);
                client.close();
            }
        }
    }

    @Test
    void a_websocket_is_in_flight_until_it_ends_and_a_client_that_left_is_not() throws Exception {
        String switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
        RawActor.Reply reply = (connection, head) -> connection.send(
                head.contains("upgrade: echo") ? switching : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        try (RawActor one = RawActor.recording(reply);
                RawActor two = RawActor.recording(reply);
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, one);
            ready(proxy, SHOP, two);
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));
            RawConnection socket = proxy.connect();
            socket.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(socket.readHead()).contains("101");
            RawActor busy = one.heads().isEmpty() ? two : one;
            RawActor free = busy == one ? two : one;

            // A client hears its answer a moment before the request is no longer in flight, and may ask again within
            // it.
            await().until(() -> {
                int before = busy.heads().size();
                for (int i = 0; i < 10; i++) {
                    ask(proxy, "shop.example.com", "/");
                }
                return busy.heads().size() == before;
            });
            assertThat(free.heads()).hasSizeGreaterThanOrEqualTo(10);

            int whileOpen = busy.heads().size();
            socket.close();
            await().until(() -> {
                ask(proxy, "shop.example.com", "/");
                return busy.heads().size() > whileOpen;
            });
        }
    }

    @Test
    void each_request_is_counted_once_with_its_status_and_cause() throws Exception {
        RawActor.Reply reply = (connection, head) -> {
            if (head.startsWith("GET /close")) {
                connection.close();
            } else if (head.startsWith("GET /up")) {
                connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
            } else {
                String status = head.startsWith("POST") ? "201 Created" : "200 OK";
                connection.send("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
            }
        };
        try (RawActor actor = RawActor.recording(reply);
                ProxyUnderTest proxy = ProxyUnderTest.start().ready(actor)) {
            ready(proxy, SHOP, actor);
            proxy.proxy()
                    .customRoutes()
                    .set(List.of(
                            prefix("a", "shop.example.com", "", SHOP),
                            prefix("none", "none.example.com", "", Map.of("no", "body"))));
            ask(proxy, "shop.example.com", "/");
            ask(proxy, "shop.example.com", "/");
            ask(proxy, "none.example.com", "/");
            ask(proxy, "localhost", ProxyUnderTest.path("/not-counted"));
            ask(proxy, "shop.example.com", "/close");
            try (RawConnection client = proxy.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 0\r\n\r\n")
                        .answer();
            }
            try (RawConnection client = proxy.connect()) {
                client.send(
                                "GET /up HTTP/1.1\r\nHost: shop.example.com\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
                        .readHead();
            }

            Map<String, Long> counts = proxy.proxy().routeCounts().take().stream()
                    .collect(Collectors.toMap(
                            counted -> counted.kind().route().name() + " "
                                    + counted.kind().method() + " "
                                    + counted.kind().status() + " "
                                    + counted.kind().cause(),
                            RouteCounts.Counted::requests));

            assertThat(counts)
                    .containsOnly(
                            Map.entry("a GET 200 null", 2L),
                            Map.entry("a POST 201 null", 1L),
                            Map.entry("a GET 101 null", 1L),
                            Map.entry("a GET 502 actor_closed", 1L),
                            Map.entry("none GET 503 no_actor", 1L));
            assertThat(proxy.proxy().routeCounts().take()).isEmpty();
        }
    }

    @Test
    void a_client_that_leaves_before_its_answer_is_counted_as_such() throws Exception {
        CountDownLatch came = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (RawActor actor = RawActor.recording((connection, _) -> {
                    came.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                });
                ProxyUnderTest proxy = ProxyUnderTest.start()) {
            ready(proxy, SHOP, actor);
            proxy.proxy().customRoutes().set(List.of(prefix("a", "shop.example.com", "", SHOP)));
            RawConnection client = proxy.connect();
            client.send(get("shop.example.com", "/"));
            came.await();

            client.reset();

            List<RouteCounts.Counted> counted = new ArrayList<>();
            await().until(() -> {
                counted.addAll(proxy.proxy().routeCounts().take());
                return !counted.isEmpty();
            });
            assertThat(counted).singleElement().satisfies(one -> {
                assertThat(one.kind().status()).isEqualTo(499);
                assertThat(one.kind().cause()).isEqualTo("client_closed");
            });
            release.countDown();
        }
    }
}
