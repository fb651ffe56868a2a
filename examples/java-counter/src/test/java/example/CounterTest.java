package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import rivet.actor.KvKey;
import rivet.actor.testing.TestContext;

/** How an author tests an actor: in the same process, without a server. */
class CounterTest {

    private final TestContext context = TestContext.builder().port("http").build();

    @Test
    void counts_each_request() throws Exception {
        try (var running = context.start(new Counter())) {
            running.awaitListening("http", Duration.ofSeconds(10));

            assertThat(ask()).contains("\"count\": 1");
            assertThat(ask()).contains("\"count\": 2");
        }
    }

    @Test
    void total_is_remembered_by_the_next_start() throws Exception {
        context.kv().add(KvKey.of("total"), 41);

        try (var running = context.start(new Counter())) {
            running.awaitListening("http", Duration.ofSeconds(10));

            assertThat(ask("total")).contains("\"count\": 42");
        }
    }

    private String ask() throws Exception {
        return ask("");
    }

    private String ask(String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/%s".formatted(context.port("http"), path)));
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
