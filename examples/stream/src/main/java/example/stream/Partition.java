package example.stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import rivet.actor.Actor;
import rivet.actor.ActorContext;

/** One partition. With the variable {@code WORDS}, the URLs of those that count, it is one that splits; else one that counts. */
public final class Partition implements Actor {

    /** What a partition does with what comes to it. */
    interface Stage {

        /**
         * @param source whose messages are numbered from 1 without a gap
         * @return which number was due: a lower one than this, and the message came too early; a higher one, and it was taken before
         * @throws IllegalArgumentException if the message will never be taken
         */
        long take(String source, long number, List<String> message);

        String shown();
    }

    @Override
    public void start(ActorContext context) throws IOException, InterruptedException {
        var words = context.environment().get("WORDS");
        var name = context.environment().getOrDefault("PARTITION", "0");
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        Stage stage = words == null
                ? new Counting(context.kv())
                : new Splitting(
                        context.kv(),
                        name,
                        Stream.of(words.split(",", -1)).map(Partition::folder).toList(),
                        threads);

        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), context.port("http")), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange, stage);
            }
        });
        server.start();
        context.shutdown().await();
        server.stop(1);
    }

    /** An actor's URL has no slash at its end, and without one the last part of it is no folder. */
    private static URI folder(String url) {
        return URI.create(url.endsWith("/") ? url : url + "/");
    }

    /** {@code POST /SOURCE/NUMBER} takes a message, a line for each of its parts; {@code GET /} shows what came of all. */
    private static void answer(HttpExchange exchange, Stage stage) throws IOException {
        var path = exchange.getRequestURI().getPath().split("/", -1);
        if (exchange.getRequestMethod().equals("POST") && path.length == 3) {
            var message = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            try {
                long number = Long.parseLong(path[2]);
                long due = stage.take(path[1], number, message.lines().toList());
                boolean early = due < number;
                reply(exchange, early ? 409 : 200, early ? "number %d is due".formatted(due) : "taken");
            } catch (IllegalArgumentException e) {
                reply(exchange, 400, String.valueOf(e.getMessage()));
            }
        } else {
            reply(exchange, 200, stage.shown());
        }
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
