package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code examples/workflow}: an order that was accepted comes to its end, and nothing is done twice for it. */
class WorkflowExampleTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int UNDER_WAY_AT_ONCE = 6;
    private static final int EVERY_THIRD = 3;

    @TempDir
    Path work;

    @Test
    void orders_are_fulfilled_once_however_often_the_process_is_killed() throws Exception {
        try (var services = new Services();
                var server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS);
                var client = new PersistentClient()) {
            server.deployExample("workflow", work);
            var actor = server.create(order(services, 100));
            var orders = new Customers(client, actor);
            orders.start();

            new Killings(work.resolve("data")).go(services::done);

            for (var order : orders.stop()) {
                boolean heavy = order % EVERY_THIRD == 0;
                assertThat(orders.outcome(order)).startsWith(heavy ? "cancelled: too heavy" : "shipped: ");
                assertThat(services.doneFor(order))
                        .isEqualTo(
                                heavy
                                        ? List.of("reserve", "charge", "refund", "release")
                                        : List.of("reserve", "charge", "ship"));
            }
            server.destroy(actor);
        }
    }

    /** What an actor has sent to its store is written although it dies. So everything dies while nothing can be written. */
    @Test
    void accepted_orders_are_fulfilled_though_everything_died_before_a_step_was_recorded() throws Exception {
        var data = work.resolve("data");
        try (var services = new Services();
                var client = new PersistentClient();
                var machine = Machine.start(data)) {
            services.holdCharges();
            var server = machine.server();
            server.deployExample("workflow", work);
            var actor = server.create(order(services, 0));
            assertThat(client.send("POST", page(actor, 1), "lamp").statusCode()).isEqualTo(202);
            await("the charge").atMost(LONG).until(() -> services.doneFor(1).contains("charge"));

            machine.postgres().pause();
            services.answerCharges();
            var second = server.http.send(
                    HttpRequest.newBuilder(page(actor, 2))
                            .POST(HttpRequest.BodyPublishers.ofString("lamp"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(services.asked())
                    .as("a step before the one that is recorded")
                    .doesNotContain("1/ship");
            machine.die();

            try (var again = RunningDevServer.start(data)) {
                var accepted = second.statusCode() == 202 ? List.of(1, 2) : List.of(1);
                for (var order : accepted) {
                    await().atMost(LONG)
                            .untilAsserted(() -> assertThat(client.send("GET", page(again.actor(actor), order), "")
                                            .body())
                                    .startsWith("shipped: "));
                    assertThat(services.doneFor(order)).containsExactly("reserve", "charge", "ship");
                }
                again.destroy(actor);
            }
        }
    }

    private static String order(Services services, int thinkingMs) {
        return """
                {"tags": {}, "build_tags": {"name": "workflow", "current": "true"}, "lifecycle": {"durable": true},
                 "runtime": {"environment": {"SERVICES": "%s", "THINKING_MS": "%d"}},
                 "resources": {"cpu": 500, "memory": 256},
                 "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(services.base(), thinkingMs);
    }

    private static URI page(JsonNode actor, int order) {
        return URI.create(RunningDevServer.url(actor, "http") + "/orders/" + order);
    }

    /** Who orders one thing after the other, and waits for some of them. */
    private static final class Customers {

        private final PersistentClient client;
        private final JsonNode actor;
        private final Semaphore room = new Semaphore(UNDER_WAY_AT_ONCE);
        private final List<Integer> orders = new ArrayList<>();
        private final List<Thread> followers = new ArrayList<>();
        private final Thread ordering = Thread.ofVirtual().unstarted(this::order);

        Customers(PersistentClient client, JsonNode actor) {
            this.client = client;
            this.actor = actor;
        }

        void start() {
            ordering.start();
        }

        private void order() {
            try {
                for (int number = 1; !Thread.currentThread().isInterrupted(); number++) {
                    room.acquire();
                    int order = number;
                    orders.add(order);
                    followers.add(Thread.startVirtualThread(() -> follow(order)));
                }
            } catch (InterruptedException _) {
                // there are enough
            }
        }

        private void follow(int order) {
            try {
                var path = page(actor, order);
                assertThat(client.send("POST", path, order % EVERY_THIRD == 0 ? "piano" : "lamp")
                                .statusCode())
                        .isEqualTo(202);
                while (client.send("GET", path, "").body().equals("under way")) {
                    Thread.sleep(10);
                }
                room.release();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        /** No further ones. @return all that there were, which have come to their end */
        List<Integer> stop() throws InterruptedException {
            ordering.interrupt();
            ordering.join();
            for (var follower : followers) {
                follower.join();
            }
            return List.copyOf(orders);
        }

        String outcome(int order) throws Exception {
            return client.send("GET", page(actor, order), "").body();
        }
    }

    /** The others: they fail often, answer late or never, and do what they are asked for once for each key. */
    private static final class Services implements AutoCloseable {

        private static final String FOLDER = "/services/";

        private final HttpServer http;
        private final Map<String, String> said = new ConcurrentHashMap<>();
        private final ConcurrentLinkedQueue<String> done = new ConcurrentLinkedQueue<>();
        private final AtomicLong count = new AtomicLong();
        private final Set<String> asked = ConcurrentHashMap.newKeySet();
        private volatile CountDownLatch chargesMayBeAnswered = new CountDownLatch(0);

        Services() throws IOException {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            http.createContext(FOLDER, this::answer);
            http.start();
        }

        String base() {
            return "http://127.0.0.1:" + http.getAddress().getPort() + FOLDER.substring(0, FOLDER.length() - 1);
        }

        /** They are done, and not answered. */
        void holdCharges() {
            chargesMayBeAnswered = new CountDownLatch(1);
        }

        void answerCharges() {
            chargesMayBeAnswered.countDown();
        }

        /** Keys of all that was asked for. */
        Set<String> asked() {
            return asked;
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
                var service = exchange.getRequestURI().getPath().substring(FOLDER.length());
                var item = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                asked.add(key);
                int luck = ThreadLocalRandom.current().nextInt(10);
                if (luck == 0) {
                    exchange.sendResponseHeaders(503, -1);
                    return;
                }
                var reply = said.computeIfAbsent(key, _ -> does(service, key, item));
                count.incrementAndGet();
                if (service.equals("charge")) {
                    chargesMayBeAnswered.await();
                }
                if (luck > 1) { // else it was done, and the answer is lost
                    var body = reply.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(reply.startsWith("too") ? 422 : 200, body.length);
                    exchange.getResponseBody().write(body);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // the test is over
            }
        }

        private String does(String service, String key, String item) {
            if (service.equals("ship") && item.equals("piano")) {
                return "too heavy";
            }
            done.add(key);
            return "receipt of " + key;
        }

        long done() {
            return count.get();
        }

        List<String> doneFor(int order) {
            var prefix = order + "/";
            return done.stream()
                    .filter(key -> key.startsWith(prefix))
                    .map(key -> key.substring(prefix.length()))
                    .toList();
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }
}
