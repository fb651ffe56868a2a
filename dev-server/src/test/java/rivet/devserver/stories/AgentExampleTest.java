package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** {@code examples/agent}: each question is answered once, and each table booked once. */
class AgentExampleTest {

    @TempDir
    Path work;

    @Test
    void conversation_goes_on_however_often_the_actor_is_killed() throws Exception {
        try (var others = new Others()) {
            var environment = Map.of("MODEL_URL", others.base() + "/v1", "BOOKING_URL", others.base() + "/book");

            var said = new ScriptedExample("agent", work).survives(environment);

            assertThat(said).isEqualTo(others.bookings() + " bookings");
            assertThat(others.repeated()).isPositive();
        }
    }

    /** A model that does what it is told, and a booking service; both fail now and then, in the middle of an answer too. */
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
                    {"tool_calls": [{"index": 0, "id": "%s", "type": "function", "function": {"name": "book_table", "arguments": ""}}]}""".formatted(UUID.randomUUID()),
                    "{\"tool_calls\": [{\"index\": 0, \"function\": {\"arguments\": \"%s\"}}]}".formatted(number)
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
