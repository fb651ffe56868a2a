package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.RouteCounts.Counted;
import rivet.agent.proxy.RouteCounts.Kind;
import rivet.agent.proxy.RouteName;
import rivet.protocol.link.RouteTraffic;

class TrafficReportsTest {

    private final ConcurrentLinkedQueue<List<Counted>> counted = new ConcurrentLinkedQueue<>();
    private final List<RouteTraffic> sent = new CopyOnWriteArrayList<>();
    private volatile boolean away;

    private TrafficReports started(Duration interval) {
        return new TrafficReports(
                        () -> {
                            var next = counted.poll();
                            return next == null ? List.of() : next;
                        },
                        traffic -> {
                            sent.add(traffic);
                            return !away;
                        },
                        interval)
                .start();
    }

    private static List<Counted> counts(int many) {
        return IntStream.range(0, many)
                .mapToObj(i -> new Counted(
                        new Kind(new RouteName("environment", "route-" + i), "a.example.com", "GET", 200, null), 1))
                .toList();
    }

    @Test
    void a_batch_is_sent_under_its_number_until_it_is_stored_and_before_the_next() {
        away = true;
        counted.add(counts(1));
        counted.add(counts(2));
        try (var _ = started(Duration.ofMillis(5))) {
            await().until(() -> sent.size() >= 3);
            assertThat(sent).allSatisfy(traffic -> {
                assertThat(traffic.batch()).isEqualTo(1);
                assertThat(traffic.counts()).hasSize(1);
                assertThat(traffic.run()).isEqualTo(sent.getFirst().run());
            });

            away = false;

            await().until(() -> sent.getLast().batch() == 2);
            assertThat(sent.getLast().counts()).hasSize(2);
        }
    }

    @Test
    void what_is_sent_late_says_how_old_it_is() {
        away = true;
        counted.add(counts(1));
        try (var _ = started(Duration.ofMillis(5))) {
            await().until(() ->
                    sent.size() >= 2 && sent.getLast().counts().getFirst().ageMs() >= 20);
            assertThat(sent.getFirst().counts().getFirst().ageMs())
                    .isLessThan(sent.getLast().counts().getFirst().ageMs());
        }
    }

    @Test
    void batches_have_a_bound() {
        counted.add(counts(2 * RouteTraffic.MOST_COUNTS + 1));
        try (var _ = started(Duration.ofMillis(5))) {
            await().until(() -> sent.size() == 3);
        }
        assertThat(sent.stream().map(traffic -> traffic.counts().size()))
                .containsExactly(RouteTraffic.MOST_COUNTS, RouteTraffic.MOST_COUNTS, 1);
    }

    @Test
    void what_waits_too_long_is_forgotten_the_oldest_first() {
        away = true;
        for (int i = 0; i < 60; i++) {
            counted.add(counts(RouteTraffic.MOST_COUNTS));
        }
        try (var _ = started(Duration.ofMillis(1))) {
            await().until(counted::isEmpty);
            away = false;
            await().until(() -> sent.getLast().batch() == 60);
        }
        var stored = new ArrayList<Long>();
        sent.forEach(traffic -> stored.add(traffic.batch()));
        assertThat(stored.stream().distinct().filter(batch -> batch > 11)).hasSizeGreaterThanOrEqualTo(49);
    }

    @Test
    void the_last_counts_are_told_at_the_end() {
        counted.add(counts(1));
        started(Duration.ofHours(1)).close();

        assertThat(sent)
                .singleElement()
                .satisfies(traffic -> assertThat(traffic.counts()).hasSize(1));
    }
}
