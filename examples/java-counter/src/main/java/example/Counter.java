package example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import rivet.actor.Actor;
import rivet.actor.ActorContext;
import rivet.actor.KvKey;

/**
 * Counts the requests that it has answered, and forgets the count when its process ends; those for {@code /total} it counts in its
 * store, and goes on there when it is started again.
 */
public final class Counter implements Actor {

    private static final KvKey TOTAL = KvKey.of("total");

    private final AtomicLong count = new AtomicLong();

    @Override
    public void start(ActorContext context) throws IOException, InterruptedException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), context.port("http")), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, context, count.incrementAndGet()));
        server.createContext(
                "/total", exchange -> answer(exchange, context, context.kv().add(TOTAL, 1)));
        server.start();
        System.out.println("counting");
        context.shutdown().await();
        server.stop(1);
        System.out.println("counted to " + count);
    }

    private static void answer(HttpExchange exchange, ActorContext context, long count) throws IOException {
        try (exchange) {
            var reply = "{\"count\": %d, \"actor\": \"%s\", \"generation\": %d}"
                    .formatted(
                            count,
                            context.metadata().actor().id(),
                            context.metadata().actor().generation());
            var body = reply.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
