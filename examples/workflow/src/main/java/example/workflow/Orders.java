package example.workflow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import rivet.actor.Actor;
import rivet.actor.ActorContext;
import rivet.actor.Kv;
import rivet.actor.KvException;
import rivet.actor.KvKey;
import rivet.actor.KvRange;

/**
 * Takes orders, and fulfils each: reserve, charge, wait a while in which the customer could think better of it, ship. What
 * cannot be shipped is refunded and released. An order that was accepted comes to its end, whatever dies meanwhile.
 */
public final class Orders implements Actor {

    private static final String OPEN = "open";
    private static final String OUTCOME = "outcome";
    private static final byte[] NOTHING = {};
    private static final Duration PAUSE = Duration.ofSeconds(1);

    @Override
    public void start(ActorContext context) throws IOException, InterruptedException {
        var kv = context.kv();
        var services = Services.of(context.environment());
        var thinking = Duration.ofMillis(Long.parseLong(context.environment().getOrDefault("THINKING_MS", "5000")));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        var fulfilment = new Fulfilment(kv, services, thinking, threads);
        fulfilment.goOn();

        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), context.port("http")), 0);
        server.setExecutor(threads);
        server.createContext("/orders/", exchange -> {
            try (exchange) {
                answer(exchange, kv, fulfilment);
            }
        });
        server.start();
        context.shutdown().await();
        server.stop(1);
    }

    private static void answer(HttpExchange exchange, Kv kv, Fulfilment fulfilment) throws IOException {
        var id = exchange.getRequestURI().getPath().substring("/orders/".length());
        switch (exchange.getRequestMethod()) {
            case "POST" -> {
                var item = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                fulfilment.accept(id, item);
                reply(exchange, 202, "accepted");
            }
            case "GET" -> {
                var outcome = kv.get(KvKey.of(OUTCOME, id));
                if (outcome.isPresent()) {
                    reply(exchange, 200, new String(outcome.get().value(), StandardCharsets.UTF_8));
                } else {
                    boolean known = kv.get(KvKey.of(OPEN, id)).isPresent();
                    reply(exchange, known ? 200 : 404, known ? "under way" : "no such order");
                }
            }
            default -> reply(exchange, 405, "POST or GET");
        }
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private record Fulfilment(Kv kv, Services services, Duration thinking, ExecutorService threads) {

        /** Returns when it will not be forgotten any more. The same one again is the same order. */
        void accept(String id, String item) {
            boolean begins = kv.transact(entries -> {
                var open = KvKey.of(OPEN, id);
                boolean known = entries.get(open).isPresent()
                        || entries.get(KvKey.of(OUTCOME, id)).isPresent();
                if (!known) {
                    entries.put(open, item.getBytes(StandardCharsets.UTF_8));
                }
                return !known;
            });
            if (begins) {
                begin(id, item);
            }
        }

        /** With those that an earlier process left. */
        void goOn() {
            for (var rest = Optional.of(KvRange.prefix(OPEN)); rest.isPresent(); ) {
                var page = kv.list(rest.get());
                for (var entry : page.entries()) {
                    begin(
                            String.valueOf(entry.key().elements().get(1)),
                            new String(entry.value(), StandardCharsets.UTF_8));
                }
                rest = page.rest();
            }
        }

        private void begin(String id, String item) {
            threads.execute(() -> {
                try {
                    while (!ended(id, item)) {
                        Thread.sleep(PAUSE);
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        /** False where the store was out of reach: the run is begun again from its first line, as after a crash. */
        private boolean ended(String id, String item) throws InterruptedException {
            try {
                end(id, fulfilled(new Run(kv, id), id, item));
                return true;
            } catch (KvException e) {
                System.out.printf("%s: %s%n", id, e.getMessage());
                return false;
            }
        }

        private String fulfilled(Run run, String id, String item) throws InterruptedException {
            try {
                run.step("reserve", () -> ask("reserve", id, item), "release", () -> ask("release", id, item));
                run.step("charge", () -> ask("charge", id, item), "refund", () -> ask("refund", id, item));
                run.sleep("thinking", thinking);
                return "shipped: " + run.step("ship", () -> ask("ship", id, item));
            } catch (Declined e) {
                run.compensate();
                return "cancelled: " + e.getMessage();
            }
        }

        private String ask(String service, String id, String item) throws IOException, InterruptedException, Declined {
            return services.ask(service, id + "/" + service, item);
        }

        /** Its steps are of no use any more. */
        private void end(String id, String outcome) {
            kv.transact(entries -> {
                entries.put(KvKey.of(OUTCOME, id), outcome.getBytes(StandardCharsets.UTF_8));
                entries.delete(KvKey.of(OPEN, id));
                entries.deleteRange(KvRange.prefix("run", id));
                return NOTHING;
            });
        }
    }
}
