package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import rivet.protocol.Wire;

/** Ask counters again and again, one caller for each, and note what each answered. */
final class Callers {

    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final long PAUSE_MS = 50;

    private final HttpClient http;
    private final List<Caller> callers;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile boolean asking = true;

    /** @param urls of counters that nobody else asks */
    Callers(HttpClient http, List<String> urls) {
        this.http = http;
        this.callers = urls.stream().map(Caller::new).toList();
    }

    /** Each is answered some more. */
    void awaitMore() {
        var before = callers.stream().map(caller -> caller.counts.size()).toList();
        await().atMost(SOON)
                .until(() -> IntStream.range(0, callers.size())
                        .allMatch(i -> callers.get(i).counts.size() > before.get(i) + 3));
    }

    /** The same for so long. */
    void awaitMoreFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            awaitMore();
        }
    }

    void stop() throws InterruptedException {
        asking = false;
        for (var caller : callers) {
            caller.thread.join();
        }
    }

    /** One process of each counted all requests from the first on, so none was started again. */
    void check() {
        assertThat(failures).isEmpty();
        for (var caller : callers) {
            assertThat(caller.counts)
                    .isEqualTo(IntStream.rangeClosed(1, caller.counts.size())
                            .boxed()
                            .toList());
        }
    }

    private final class Caller {

        final List<Integer> counts = new CopyOnWriteArrayList<>();
        final Thread thread;
        private final String url;

        Caller(String url) {
            this.url = url;
            this.thread = Thread.startVirtualThread(this::run);
        }

        private void run() {
            while (asking) {
                try {
                    ask();
                    Thread.sleep(PAUSE_MS);
                } catch (Exception e) {
                    failures.add("%s: %s".formatted(url, e));
                }
            }
        }

        private void ask() throws Exception {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .timeout(LONGEST_ANSWER)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                counts.add(Wire.JSON.readTree(answer.body()).get("count").intValue());
            } else {
                failures.add("%s: %d %s".formatted(url, answer.statusCode(), answer.body()));
            }
        }
    }
}
