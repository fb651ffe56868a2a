package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** {@code examples/agent}: each question is answered once, and each table booked once. */
class AgentExampleTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int GUESTS = 2;

    @TempDir
    Path work;

    @Test
    void conversation_goes_on_however_often_the_actor_is_killed() throws Exception {
        try (var others = new Others()) {
            var environment = Map.of("MODEL_URL", others.base() + "/v1", "BOOKING_URL", others.base() + "/book");

            var said = new ScriptedExample("agent", GUESTS, work).survives(environment);

            assertThat(said).isEqualTo(others.bookings() + " bookings");
            assertThat(others.repeated()).isPositive();
        }
    }

    /**
     * What a process has sent to its store is written although it dies. So everything dies while nothing can be written, and a client
     * has heard of steps until then.
     */
    @Test
    void what_a_client_was_told_is_so_though_everything_died_before_more_was_kept() throws Exception {
        var data = work.resolve("data");
        try (var model = new HeldModel();
                var machine = Machine.start(data)) {
            var server = machine.server();
            server.deployExample("agent", work);
            var actor = server.create("""
                    {"tags": {}, "build_tags": {"name": "agent", "current": "true"}, "lifecycle": {"durable": true},
                     "runtime": {"environment": {"MODEL_URL": "%s"}},
                     "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(model.url()));
            var client = new Listener(server, page(actor, "events"));
            assertThat(ask(server, actor, "first").get().statusCode()).isEqualTo(202);
            await("the question to be told and asked")
                    .atMost(LONG)
                    .until(() -> model.asked() == 1 && client.told().containsKey(0));

            machine.postgres().pause();
            var second = ask(server, actor, "second");
            model.answers();
            await("an answer to be told or asked for again")
                    .atMost(LONG)
                    .until(() -> client.told().containsKey(1) || model.asked() > 1);
            var taken = second.get().statusCode() == 202 ? List.of("first", "second") : List.of("first");
            machine.die();

            try (var again = RunningDevServer.start(data)) {
                var page = page(again.actor(actor), "messages");
                await().atMost(LONG)
                        .untilAsserted(
                                () -> assertThat(messages(again, page)).hasSizeGreaterThanOrEqualTo(2 * taken.size()));
                var kept = messages(again, page);
                client.told()
                        .forEach((number, told) -> assertThat(kept.get(number))
                                .as("message %d".formatted(number))
                                .isEqualTo(told));
                assertThat(kept)
                        .extracting(message -> message.get("content").stringValue())
                        .containsAll(taken);
                again.destroy(actor);
            }
        }
    }

    private static URI page(JsonNode actor, String page) {
        return URI.create(RunningDevServer.url(actor, "http").replaceAll("/?$", "/" + page));
    }

    private static CompletableFuture<HttpResponse<String>> ask(RunningDevServer server, JsonNode actor, String text) {
        var request = HttpRequest.newBuilder(page(actor, "messages"))
                .POST(HttpRequest.BodyPublishers.ofString(
                        Wire.JSON.writeValueAsString(Map.of("id", text, "text", text))))
                .build();
        return server.http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonNode> messages(RunningDevServer server, URI page) throws Exception {
        var reply = server.get(page.toString());
        assertThat(reply.statusCode()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body()).valueStream().toList();
    }

    /** A client that is told the conversation until its connection ends. */
    private static final class Listener {

        private final Map<Integer, JsonNode> told = new ConcurrentHashMap<>();

        Listener(RunningDevServer server, URI events) {
            Thread.startVirtualThread(() -> hear(server, events));
        }

        private void hear(RunningDevServer server, URI events) {
            try {
                var request = HttpRequest.newBuilder(events).build();
                var lines = server.http
                        .send(request, HttpResponse.BodyHandlers.ofLines())
                        .body()
                        .iterator();
                while (lines.hasNext()) {
                    var line = lines.next();
                    if (line.startsWith("id: ")) {
                        var data = lines.next().substring("data: ".length());
                        told.put(Integer.valueOf(line.substring("id: ".length())), Wire.JSON.readTree(data));
                    }
                }
            } catch (IOException | UncheckedIOException _) {
                // the connection ended, as everything did
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        /** Messages by their numbers. */
        Map<Integer, JsonNode> told() {
            return told;
        }
    }

    /** A model that answers when it may, and never the same. */
    private static final class HeldModel implements AutoCloseable {

        private final HttpServer http;
        private final CountDownLatch may = new CountDownLatch(1);
        private final AtomicInteger asked = new AtomicInteger();

        HeldModel() throws IOException {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            http.createContext("/v1/chat/completions", this::complete);
            http.start();
        }

        String url() {
            return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1";
        }

        int asked() {
            return asked.get();
        }

        void answers() {
            may.countDown();
        }

        private void complete(HttpExchange exchange) throws IOException {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                int number = asked.incrementAndGet();
                may.await();
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                Others.say(exchange, "{\"choices\": [{\"delta\": {\"content\": \"answer %d\"}}]}".formatted(number));
                Others.say(exchange, "[DONE]");
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt(); // the test is over
            }
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }

    /**
     * A model that does what it is told and counts its calls of tools from 0 in each answer, as some do, and a booking service; both
     * fail now and then, in the middle of an answer too.
     */
    private static final class Others implements AutoCloseable {

        private static final int ONE_IN = 8;
        private static final int LOST_ONE_IN = 5;

        private final HttpServer http;
        private final Map<String, String> booked = new ConcurrentHashMap<>();
        private final AtomicInteger bookings = new AtomicInteger();
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicInteger repeated = new AtomicInteger();

        Others() throws IOException {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            http.createContext("/v1/chat/completions", this::complete);
            http.createContext("/book", this::book);
            http.start();
        }

        String base() {
            return "http://127.0.0.1:" + http.getAddress().getPort();
        }

        /** Each is of another key. */
        int bookings() {
            return bookings.get();
        }

        /** Requests with a key that was known. */
        int repeated() {
            return repeated.get();
        }

        private void complete(HttpExchange exchange) throws IOException {
            try (exchange) {
                var asked = Wire.JSON.readTree(exchange.getRequestBody().readAllBytes());
                if (unlucky()) {
                    exchange.sendResponseHeaders(503, -1);
                    return;
                }
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                var messages = asked.get("messages");
                var last = messages.get(messages.size() - 1);
                for (var delta : answer(last)) {
                    say(exchange, Wire.JSON.writeValueAsString(Map.of("choices", new Object[] {
                        Map.of("delta", Wire.JSON.readTree(delta))
                    })));
                    if (unlucky()) {
                        return;
                    }
                }
                say(exchange, "[DONE]");
            }
        }

        private static String[] answer(JsonNode last) {
            var text = last.get("content").stringValue();
            var number = text.substring(text.indexOf(' ') + 1);
            if (text.startsWith("book ")) {
                return new String[] {
                    """
                    {"tool_calls": [{"index": 0, "id": "call_0", "type": "function", "function": {"name": "book_table", "arguments": ""}}]}""",
                    "{\"tool_calls\": [{\"index\": 0, \"function\": {\"arguments\": \"%s\"}}]}".formatted(number),
                    """
                    {"tool_calls": [{"index": 1, "id": "call_1", "type": "function", "function": {"name": "book_table", "arguments": "%s too"}}]}""".formatted(number)
                };
            }
            var verb = text.startsWith("say ") ? "said" : "booked";
            return new String[] {"{\"content\": \"%s\"}".formatted(verb), "{\"content\": \" %s\"}".formatted(number)};
        }

        private static void say(HttpExchange exchange, String data) throws IOException {
            exchange.getResponseBody().write("data: %s\n\n".formatted(data).getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }

        private void book(HttpExchange exchange) throws IOException {
            try (exchange) {
                var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
                var reference = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                if (unlucky()) {
                    exchange.sendResponseHeaders(503, -1);
                    return;
                }
                if (booked.putIfAbsent(key, "booked " + reference) == null) {
                    bookings.incrementAndGet();
                } else {
                    repeated.incrementAndGet();
                }
                var body = booked.get(key).getBytes(StandardCharsets.UTF_8);
                boolean lost = answers.incrementAndGet() % LOST_ONE_IN == 0; // it was done, and who asked does not know
                exchange.sendResponseHeaders(200, body.length);
                // A byte of it comes: whoever hears nothing at all may ask again below the program that asked.
                exchange.getResponseBody().write(body, 0, lost ? 1 : body.length);
                exchange.getResponseBody().flush();
            }
        }

        private static boolean unlucky() {
            return ThreadLocalRandom.current().nextInt(ONE_IN) == 0;
        }

        @Override
        public void close() {
            http.stop(0);
        }
    }
}
