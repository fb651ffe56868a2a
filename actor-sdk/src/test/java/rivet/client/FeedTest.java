package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FeedTest {

    private final StubServer server = new StubServer();
    private final RivetClient client = server.client().build();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        client.close();
        server.close();
    }

    @Test
    void logs_are_followed_from_index_to_index_until_the_actor_is_destroyed() {
        server.then(200, logs("1", "one", "two"))
                .then(200, logs("2", "three"))
                .then(200, logs("3"))
                .then(200, Samples.one("destroyed"))
                .then(200, logs("4", "last words"))
                .then(200, logs("4"));

        try (var lines = client.actors().followLogs(Samples.ID).stream()) {
            assertThat(lines.map(LogLine::text)).containsExactly("one", "two", "three", "last words");
        }

        var all = "GET /actors/logs?stream=all&actor_ids_json=%5B%22" + Samples.ID + "%22%5D";
        assertThat(server.lines())
                .containsExactly(
                        all,
                        all + "&watch_index=1",
                        all + "&watch_index=2",
                        "GET /actors/" + Samples.ID,
                        all + "&watch_index=3",
                        all + "&watch_index=4");
    }

    @Test
    void a_log_line_says_who_when_and_where() {
        server.then(200, logs("1", "ä"));

        assertThat(client.actors().logs(Samples.ID))
                .containsExactly(new LogLine(
                        Samples.ID, java.time.Instant.parse("2026-01-31T12:00:00Z"), LogStream.STDERR, "ä"));
    }

    @Test
    void a_stream_that_waits_for_logs_is_ended_by_its_close() {
        server.then(200, logs("1", "one")).then(this::hold);
        var lines = client.actors().followLogs(Samples.ID).stream();
        var read = CompletableFuture.supplyAsync(lines::toList, Thread::startVirtualThread);
        Awaitility.await().until(() -> server.asked().size() == 2);

        lines.close();

        assertThat(read.join()).hasSize(1);
    }

    @Test
    void events_go_on_where_the_connection_was_lost_and_end_with_the_actor() {
        server.then(exchange ->
                        events(exchange, ": hello\n\nid: e1\ndata: " + Samples.event("e1", "starting") + "\n\nda"))
                .then(503, Samples.problem("X"))
                .then(exchange -> events(
                        exchange,
                        "event: state\ndata: " + Samples.event("e2", "running").replace(", ", ",\ndata: ") + "\n\ndata:"
                                + Samples.event("e3", "destroyed") + "\n\n"));

        try (var events = client.actors().followEvents(Samples.ID).stream()) {
            assertThat(events.map(ActorEvent::id)).containsExactly("e1", "e2", "e3");
        }

        assertThat(server.lines()).allMatch(line -> line.equals("GET /actors/%s/events".formatted(Samples.ID)));
        assertThat(server.asked()).hasSize(3);
        assertThat(server.asked()).allMatch(asked -> asked.header("Accept").equals("text/event-stream"));
        assertThat(server.asked().get(0).header("Last-Event-ID")).isEmpty();
        assertThat(server.asked().get(2).header("Last-Event-ID")).isEqualTo("e1");
    }

    @Test
    void a_stream_that_waits_for_events_is_ended_by_its_close() {
        server.then(exchange -> {
            events(exchange, "data: " + Samples.event("e1", "running") + "\n\n");
            hold(exchange);
        });
        var events = client.actors().followEvents(Samples.ID).stream();
        var seen = new CopyOnWriteArrayList<String>();
        var read = CompletableFuture.runAsync(
                () -> events.forEach(event -> seen.add(event.id())), Thread::startVirtualThread);
        Awaitility.await().until(() -> seen.equals(List.of("e1")));

        events.close();

        read.join();
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void a_server_that_stays_away_ends_the_feed_with_its_failure() {
        for (int i = 0; i < 3; i++) {
            server.then(503, Samples.problem("X"));
        }

        try (var events = client.actors().followEvents(Samples.ID).stream()) {
            assertThatExceptionOfType(RivetException.Unavailable.class).isThrownBy(events::toList);
        }
        assertThat(server.asked()).hasSize(3);
    }

    @Test
    void an_actor_that_is_not_there_ends_the_feed_at_once() {
        server.then(404, Samples.problem("ACTOR_NOT_FOUND"));

        try (var events = client.actors().followEvents(Samples.ID).stream()) {
            assertThatExceptionOfType(RivetException.NotFound.class).isThrownBy(events::toList);
        }
    }

    @Test
    void a_subscriber_gets_as_much_as_it_requests() {
        server.then(exchange -> events(
                exchange,
                "data: %s\n\ndata: %s\n\n"
                        .formatted(Samples.event("e1", "running"), Samples.event("e2", "destroyed"))));
        var subscriber = new Recorder();

        client.actors().followEvents(Samples.ID).publisher().subscribe(subscriber);
        Awaitility.await().until(() -> subscriber.subscription != null);
        assertThat(server.asked()).isEmpty();

        subscriber.request(1);
        Awaitility.await().until(() -> subscriber.signals.equals(List.of("e1")));
        subscriber.request(2);
        Awaitility.await().until(() -> subscriber.signals.equals(List.of("e1", "e2", "complete")));
    }

    @Test
    void a_subscriber_hears_of_a_failure() {
        subscribeToAFailure();
    }

    private void subscribeToAFailure() {
        server.then(404, Samples.problem("ACTOR_NOT_FOUND"));
        var subscriber = new Recorder();

        client.actors().followLogs(Samples.ID).publisher().subscribe(subscriber);
        Awaitility.await().until(() -> subscriber.subscription != null);
        subscriber.request(1);

        Awaitility.await().until(() -> subscriber.signals.equals(List.of("error NotFound")));
    }

    @Test
    void a_subscriber_that_requests_nothing_is_told_its_mistake() {
        var subscriber = new Recorder();

        client.actors().followLogs(Samples.ID).publisher().subscribe(subscriber);
        Awaitility.await().until(() -> subscriber.subscription != null);
        subscriber.request(0);

        Awaitility.await().until(() -> subscriber.signals.equals(List.of("error IllegalArgumentException")));
    }

    @Test
    void a_cancelled_subscription_ends_its_request_and_is_silent() {
        server.then(this::hold);
        var subscriber = new Recorder();
        client.actors().followLogs(Samples.ID).publisher().subscribe(subscriber);
        Awaitility.await().until(() -> subscriber.subscription != null);
        subscriber.request(1);
        Awaitility.await().until(() -> server.asked().size() == 1);

        subscriber.cancel();

        // A second subscriber gets the stub's next answer, so the first has long ended when it is through.
        subscribeToAFailure();
        assertThat(subscriber.signals).isEmpty();
    }

    private static final class Recorder implements Flow.Subscriber<Object> {

        final List<String> signals = new CopyOnWriteArrayList<>();
        volatile Flow.@Nullable Subscription subscription;

        void request(long n) {
            var mine = subscription;
            assertThat(mine).isNotNull();
            if (mine != null) {
                mine.request(n);
            }
        }

        void cancel() {
            var mine = subscription;
            if (mine != null) {
                mine.cancel();
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(Object item) {
            signals.add(item instanceof ActorEvent event ? event.id() : item.toString());
        }

        @Override
        public void onError(Throwable e) {
            signals.add("error " + e.getClass().getSimpleName());
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }
    }

    private void hold(HttpExchange exchange) {
        try {
            end.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void events(HttpExchange exchange, String text) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    private static String logs(String index, String... lines) {
        var encoded = java.util.Arrays.stream(lines)
                .map(line -> "\"" + Base64.getEncoder().encodeToString(line.getBytes(StandardCharsets.UTF_8)) + "\"")
                .toList();
        var each = java.util.Collections.nCopies(lines.length, "%s");
        return "{\"actor_ids\": [\"%s\"], \"lines\": %s, \"timestamps\": %s, \"streams\": %s, \"actor_indices\": %s, \"watch\": {\"index\": \"%s\"}}"
                .formatted(
                        Samples.ID,
                        encoded,
                        each.toString().replace("%s", "\"2026-01-31T12:00:00Z\""),
                        each.toString().replace("%s", "1"),
                        each.toString().replace("%s", "0"),
                        index);
    }
}
