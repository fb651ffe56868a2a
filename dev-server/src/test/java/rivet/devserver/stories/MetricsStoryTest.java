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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    private static final Pattern LABEL = Pattern.compile("(\\w+)=(\\w+)");
    private static final Pattern CODE = Pattern.compile("`([a-z_]+)`");

    private static final String COUNTER = """
            {"tags": {"name": "java-counter"}, "build_tags": {"name": "java-counter", "current": "true"},
             "network": {"ports": {"http": {"protocol": "https"}}}}""";

    /** The first process hears of no alarm, so that the second one is woken for it. */
    private static final String REMEMBERING = """
            export default {
              async start(ctx) {
                const { generation } = ctx.metadata.actor;
                if (generation === 1) {
                  await ctx.kv.put("known", 1);
                  await ctx.kv.get("known");
                  await ctx.kv.get("absent");
                  await ctx.kv.list({ prefix: [] });
                  await ctx.kv.compareAndSet("known", 77, 2).catch(() => {});
                  await ctx.checkpoint();
                  await ctx.alarm.set({ at: 0 });
                } else {
                  ctx.alarm.on(async () => { await ctx.kv.add("heard"); });
                }
                await Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, () =>
                  new Response("here")).finished;
              },
            };
            """;

    private static final String REMEMBERS = """
            {"tags": {}, "build_tags": {"name": "remembering", "current": "true"}, "lifecycle": {"durable": true},
             "storage": {"dir": {"quota_bytes": 1048576}},
             "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""";

    @TempDir
    static Path work;

    static RunningDevServer server;
    static Scrape scrape;

    /** A system in which something happened: actors that start, answer, remember, sleep and stop, and requests that are refused. */
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
        remember();
        scrape = await().atMost(Duration.ofSeconds(30))
                .until(
                        server::scrape,
                        seen -> seen.has("rivet_actors", Set.of("state"))
                                && seen.has("rivet_agent_actor_ends_total", Set.of("reason"))
                                && seen.has("rivet_proxy_actor_requests_total", Set.of("actor")));
    }

    /** One that sleeps twice, and is woken by its alarm and by a request. */
    private static void remember() throws Exception {
        Files.writeString(work.resolve("remembering.js"), REMEMBERING);
        Files.writeString(
                work.resolve("rivet.json"), "{\"actors\": {\"remembering\": {\"script\": \"remembering.js\"}}}");
        var ran = server.rivet(work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
        var actor = server.create(REMEMBERS);
        sleep(actor);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.scrape().sum("rivet_alarm_firings_total", Map.of("outcome", "done")) > 0);
        sleep(actor);
        server.awaitState(actor, "sleeping");
        server.get(RunningDevServer.url(actor, "http"));
        server.awaitState(actor, "running");
    }

    private static void sleep(JsonNode actor) throws Exception {
        var reply = server.send("POST", "/actors/%s/sleep".formatted(RunningDevServer.id(actor)), null);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
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
                .filter(name -> !isHighestLately(name))
                .forEach(name -> live.put(name, scrape.labelsOf(name)));

        documented.keySet().removeIf(name -> OF_THE_MOMENT.contains(name) && !live.containsKey(name));
        assertThat(documented).isEqualTo(live);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rivet_store_calls_seconds_count          | kind=write, outcome=done
            rivet_store_calls_seconds_count          | kind=write, outcome=conflict
            rivet_store_calls_seconds_count          | kind=read, outcome=done
            rivet_store_group_writes_count           |
            rivet_store_queue_max                    |
            rivet_stores_bytes                       |
            rivet_alarm_late_seconds_count           |
            rivet_alarm_firings_total                | outcome=done
            rivet_checkpoints_seconds_count          | cause=asked, outcome=done
            rivet_checkpoints_seconds_count          | cause=stopped, outcome=done
            rivet_checkpoint_taken_bytes_total       | part=dir
            rivet_checkpoint_taken_bytes_total       | part=store
            rivet_checkpoints_bytes                  | part=dir
            rivet_checkpoints_bytes                  | part=store
            rivet_actor_sleeps_total                 | reason=sleep_requested
            rivet_actor_wakes_total                  | reason=alarm
            rivet_actor_wakes_total                  | reason=request
            rivet_actor_wake_seconds_count           |
            rivet_agent_store_calls_seconds_count    | kind=get, outcome=done
            rivet_agent_store_calls_seconds_count    | kind=list, outcome=done
            rivet_agent_store_calls_seconds_count    | kind=write, outcome=done
            rivet_agent_store_calls_seconds_count    | kind=write, outcome=refused
            rivet_agent_store_calls_seconds_count    | kind=alarm, outcome=done
            rivet_agent_store_reads_total            | cache=hit
            rivet_agent_store_reads_total            | cache=miss
            rivet_agent_store_queue_max              |
            rivet_agent_checkpoints_total            | cause=asked, outcome=done
            rivet_agent_checkpoints_total            | cause=stopped, outcome=done
            """)
    void what_an_actor_remembered_is_counted(String name, @Nullable String labels) {
        var wanted = new TreeMap<String, String>();
        LABEL.matcher(labels == null ? "" : labels)
                .results()
                .forEach(label -> wanted.put(label.group(1), label.group(2)));

        assertThat(scrape.sum(name, wanted)).isPositive();
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

    /** Stands beside a histogram or a summary, under a name of its own. */
    private static boolean isHighestLately(String name) {
        return name.endsWith("_max")
                && Set.of("histogram", "summary")
                        .contains(scrape.families().getOrDefault(name.substring(0, name.length() - 4), ""));
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
