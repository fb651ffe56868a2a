package rivet.devserver.stories;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/**
 * 200 requests a second over kept connections, whether or not those before are answered: each way in turn, and each method.
 * The client repeats nothing but a GET that a closed connection kept from being answered, so that whatever else is lost shows.
 */
final class Load implements AutoCloseable {

    private static final int PER_SECOND = 200;
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Whoever gives no answer may have worked at it: only the last must not be repeated. */
    private static final List<String> METHODS = List.of("GET", "PUT", "POST");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<Way> ways;
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final Map<Answering, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final AtomicInteger pending = new AtomicInteger();
    private int asked;

    /** Where requests go. @param host whose name they carry; null where it is the URL's */
    record Way(URI url, @Nullable String host) {

        HttpRequest request(String method) {
            var body = method.equals("GET")
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString("some work");
            var request = HttpRequest.newBuilder(url).method(method, body).timeout(SOON);
            return host == null ? request.build() : request.header("host", host).build();
        }
    }

    /** Which copy of which actor. */
    record Answering(String actor, long generation) {}

    /** @param began in {@link System#nanoTime} */
    record Failure(String method, URI url, long began, String what) {}

    private Load(List<Way> ways) {
        this.ways = ways;
    }

    static Load through(Way... ways) {
        var load = new Load(List.of(ways));
        var _ = load.clock.scheduleAtFixedRate(load::ask, 0, 1_000_000 / PER_SECOND, TimeUnit.MICROSECONDS);
        return load;
    }

    private void ask() {
        var method = METHODS.get(asked % METHODS.size());
        var way = ways.get(asked / METHODS.size() % ways.size());
        asked++;
        long began = System.nanoTime();
        pending.incrementAndGet();
        var _ = http.sendAsync(way.request(method), HttpResponse.BodyHandlers.ofString())
                .thenAccept(reply -> note(method, way, began, reply))
                .exceptionally(e -> {
                    failures.add(new Failure(method, way.url(), began, e.toString()));
                    return null;
                })
                .whenComplete((_, _) -> pending.decrementAndGet());
    }

    private void note(String method, Way way, long began, HttpResponse<String> reply) {
        if (reply.statusCode() == 200) {
            var said = Wire.JSON.readTree(reply.body());
            answers.computeIfAbsent(answering(said), _ -> new AtomicInteger()).incrementAndGet();
        } else {
            failures.add(new Failure(method, way.url(), began, reply.statusCode() + " " + reply.body()));
        }
    }

    private static Answering answering(JsonNode said) {
        return new Answering(
                said.get("actor").stringValue(), said.get("generation").longValue());
    }

    /** It has answered so many more. */
    void awaitAnswers(JsonNode actor, long generation, int more) {
        var awaited = answers.computeIfAbsent(
                new Answering(RunningDevServer.id(actor), generation), _ -> new AtomicInteger());
        int before = awaited.get();
        await().atMost(SOON).until(() -> awaited.get() >= before + more);
    }

    /** Asks no more, and waits for what was asked. @return what failed of all that was asked */
    List<Failure> end() {
        clock.shutdown();
        await().atMost(SOON).until(() -> clock.isTerminated() && pending.get() == 0);
        return failures;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        http.shutdownNow();
        http.close();
    }
}
