package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code examples/stream}: each word of each line is counted once, across partitions that are killed all the time. */
class StreamExampleTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<String> VOCABULARY = List.of("one", "two", "three", "four", "five", "six", "seven");
    private static final int COUNTING = 2;
    private static final int SPLITTING = 2;
    private static final int PRODUCERS = 4;

    @TempDir
    Path work;

    private final Map<String, Long> produced = new ConcurrentHashMap<>();
    private final AtomicLong taken = new AtomicLong();
    private volatile boolean enough;

    @Test
    void words_are_counted_once_however_often_partitions_are_killed() throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS);
                var client = new PersistentClient()) {
            server.deployExample("stream", work);
            var counting = partitions(server, COUNTING, "");
            var words = counting.stream().map(StreamExampleTest::url).collect(Collectors.joining(","));
            var splitting = partitions(server, SPLITTING, "\"WORDS\": \"%s\",".formatted(words));
            var producers = IntStream.range(0, PRODUCERS)
                    .mapToObj(each -> Thread.startVirtualThread(
                            () -> produce(client, url(splitting.get(each % SPLITTING)), each)))
                    .toList();

            new Killings(work.resolve("data")).go(taken::get);

            enough = true;
            for (var producer : producers) {
                producer.join();
            }
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(counted(client, counting)).isEqualTo(new TreeMap<>(produced)));
            for (var actor : splitting) {
                await().atMost(LONG)
                        .until(() -> client.send("GET", URI.create(url(actor)), "")
                                .body()
                                .equals("0"));
            }
            assertThat(counted(client, counting)).isEqualTo(new TreeMap<>(produced));
        }
    }

    private static List<JsonNode> partitions(RunningDevServer server, int many, String variable) throws Exception {
        var actors = new ArrayList<JsonNode>();
        for (int partition = 0; partition < many; partition++) {
            actors.add(server.create("""
                    {"tags": {}, "build_tags": {"name": "stream", "current": "true"}, "lifecycle": {"durable": true},
                     "runtime": {"environment": {%s "PARTITION": "%d"}}, "resources": {"cpu": 250, "memory": 200},
                     "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(variable, partition)));
        }
        return actors;
    }

    private static String url(JsonNode actor) {
        return RunningDevServer.url(actor, "http");
    }

    /** One line after the other; one that is not answered is sent again under its number. */
    private void produce(PersistentClient client, String partition, int producer) {
        var random = new Random(producer);
        try {
            for (int number = 1; !enough; number++) {
                var words = random.ints(3, 0, VOCABULARY.size())
                        .mapToObj(VOCABULARY::get)
                        .toList();
                var reply = client.send(
                        "POST",
                        URI.create("%s/producer-%d/%d".formatted(partition, producer, number)),
                        String.join(" ", words));
                assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
                words.forEach(word -> produced.merge(word, 1L, Long::sum));
                taken.incrementAndGet();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Long> counted(PersistentClient client, List<JsonNode> counting) throws Exception {
        var counts = new TreeMap<String, Long>();
        for (var actor : counting) {
            client.send("GET", URI.create(url(actor)), "")
                    .body()
                    .lines()
                    .map(line -> line.split(" ", -1))
                    .forEach(each -> counts.merge(each[0], Long.valueOf(each[1]), Long::sum));
        }
        return counts;
    }
}
