package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** What we ship for people who watch the system is true of a system that lives. */
class MetricsStoryTest {

    /** Added by Prometheus to all that it reads. */
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

    /** There from the first time that it happens, if it does. */
    private static final Set<String> OF_THE_MOMENT = Set.of("jvm_gc_pause_seconds");

    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z0-9]+_[a-z0-9_]+)` \\| ([^|]*) \\| ([^|]*) \\| .*\\|");
    private static final Pattern CODE = Pattern.compile("`([a-z_]+)`");

    private static final String COUNTER = """
            {"tags": {"name": "java-counter"}, "build_tags": {"name": "java-counter", "current": "true"},
             "network": {"ports": {"http": {"protocol": "https"}}}}""";

    @TempDir
    static Path work;

    static RunningDevServer server;
    static Scrape scrape;

    /** A system in which something happened: actors that start, answer and stop, and requests that are refused. */
    @BeforeAll
    static void live() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
        server.deployExample("java-counter", work);
        var gone = server.create(COUNTER);
        server.awaitState(gone, "running");
        var url = URI.create(RunningDevServer.url(gone, "http"));
        server.get(url.toString());
        server.get("http://127.0.0.1:%d/none".formatted(url.getPort()));
        server.send("GET", "/none", null);
        server.destroy(gone);
        server.awaitState(gone, "destroyed");
        var stays = server.create(COUNTER);
        server.awaitState(stays, "running");
        server.get(RunningDevServer.url(stays, "http"));
        scrape = await().atMost(Duration.ofSeconds(30))
                .until(
                        server::scrape,
                        seen -> seen.has("rivet_actors", Set.of("state"))
                                && seen.has("rivet_agent_actor_ends_total", Set.of("reason"))
                                && seen.has("rivet_proxy_actor_requests_total", Set.of("actor")));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void each_query_of_the_dashboard_finds_what_it_asks_for() throws IOException {
        var dashboard = Wire.JSON.readTree(deployed("grafana/rivet.json"));
        var queries = new ArrayList<String>();
        for (JsonNode panel : dashboard.get("panels")) {
            for (JsonNode target : panel.get("targets")) {
                queries.add(target.get("expr").stringValue());
            }
        }

        assertThat(queries).hasSizeGreaterThan(20);
        assertThat(queries).allSatisfy(MetricsStoryTest::findsAll);
    }

    @Test
    void each_alert_finds_what_it_asks_for() throws IOException {
        var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        var rules = Wire.JSON.valueToTree(yaml.<Object>load(deployed("prometheus/alerts.yml")));
        var queries = new ArrayList<String>();
        for (JsonNode group : rules.get("groups")) {
            for (JsonNode rule : group.get("rules")) {
                assertThat(rule.at("/annotations/summary").stringValue()).isNotBlank();
                queries.add(rule.get("expr").stringValue());
            }
        }

        assertThat(queries).hasSizeGreaterThan(5).allSatisfy(MetricsStoryTest::findsAll);
    }

    @Test
    void page_names_each_metric_with_its_labels_and_no_other() throws IOException {
        var page = Files.readString(RunningDevServer.CHECKOUT.resolve("docs/operate/metrics.md"));
        var documented = new TreeMap<String, Set<String>>();
        ROW.matcher(page)
                .results()
                .forEach(row -> documented.put(
                        row.group(1),
                        new TreeSet<>(CODE.matcher(row.group(3))
                                .results()
                                .map(label -> label.group(1))
                                .toList())));

        var live = new TreeMap<String, Set<String>>();
        scrape.families().keySet().stream()
                // The highest value of a timer lately stands beside it, under a name of its own.
                .filter(name -> !name.endsWith("_seconds_max"))
                .forEach(name -> live.put(name, scrape.labelsOf(name)));

        documented.keySet().removeIf(name -> OF_THE_MOMENT.contains(name) && !live.containsKey(name));
        assertThat(documented).isEqualTo(live);
    }

    @Test
    void query_whose_metric_or_label_is_not_there_would_be_seen() {
        assertThat(missing("sum by (state) (rate(rivet_actorz{state=\"x\"}[5m]))"))
                .containsExactly("rivet_actorz{state}");
        assertThat(missing("rivet_actors{stat=\"x\"} > 3 and up")).contains("rivet_actors{stat}", "up");
        assertThat(missing("sum by (nobody) (rivet_actors)")).containsExactly("by (nobody)");
        assertThat(missing("max by (region) (rivet_actors{reason=~\"a|b\"}) offset 5m > 0"))
                .isEmpty();
    }

    private static void findsAll(String query) {
        assertThat(missing(query)).as(query).isEmpty();
    }

    /** @return what the query asks for and no sample has */
    private static List<String> missing(String query) {
        var parts = PromQuery.of(query);
        var missing = new ArrayList<String>();
        parts.selectors().forEach((name, labels) -> {
            var ours = new TreeSet<>(labels);
            ours.removeAll(OF_PROMETHEUS);
            if (!scrape.has(name, ours)) {
                missing.add(ours.isEmpty() ? name : name + "{" + String.join(",", ours) + "}");
            }
        });
        var grouped = new TreeSet<>(parts.grouped());
        grouped.removeAll(OF_PROMETHEUS);
        grouped.removeIf(
                label -> parts.selectors().keySet().stream().anyMatch(name -> scrape.has(name, Set.of(label))));
        if (missing.isEmpty()) {
            grouped.forEach(label -> missing.add("by (" + label + ")"));
        }
        return missing;
    }

    private static String deployed(String file) throws IOException {
        return Files.readString(RunningDevServer.CHECKOUT.resolve("deploy").resolve(file));
    }
}
