package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;
import tools.jackson.databind.JsonNode;

@PostgresTest
class TimelineTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String NOBODY = "00000000-0000-4000-8000-000000000000";

    private static TestDatabase database;
    private static ControlPlane controlPlane;
    private static ControlPlane other;
    private static Api api;
    private static SimulatedAgent agent;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        controlPlane = start(Map.of("rivet.timeline.keep-alive", "50ms"));
        other = start(Map.of("rivet.timeline.followers", "2"));
        api = new Api(controlPlane.uri());
        api.build("a", "{\"name\":\"a\"}");
        agent = SimulatedAgent.joined(controlPlane.uri(), "local", 100_000, 100_000);
    }

    private static ControlPlane start(Map<String, Object> more) {
        var properties = new HashMap<>(database.properties());
        properties.put("rivet.api.port", 0);
        properties.put("rivet.agents.token", SimulatedAgent.TOKEN);
        properties.put("rivet.agents.fresh", "1h"); // the agent of these tests sends no heartbeats
        properties.putAll(more);
        return ControlPlane.start(properties);
    }

    @AfterAll
    static void stop() {
        agent.close();
        api.close();
        other.close();
        controlPlane.close();
    }

    @Test
    void every_change_is_told_with_its_reason_and_who_asked() {
        var actor = destroyed(created("{}"));

        var events = events(actor, "");

        assertThat(events)
                .extracting(event -> event.path("state").asString())
                .containsExactly("starting", "running", "stopping", "destroyed");
        assertThat(events)
                .extracting(event -> event.path("reason").asString())
                .containsExactly("placed", "ready", "destroy_requested", "stopped");
        assertThat(events)
                .extracting(event -> event.path("by").asString())
                .containsExactly("caller:development", "agent", "caller:development", "agent");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.path("generation").asInt()).isEqualTo(1);
            assertThat(event.path("agent").asString()).isEqualTo(agent.id.toString());
        });
        assertThat(events.getLast().path("exit_code").asInt()).isEqualTo(143);
        assertThat(events.getLast().path("message").asString()).isEqualTo("as the test says");
    }

    @Test
    void what_a_loop_did_names_the_loop() {
        var actor = created("\"lifecycle\":{\"durable\":true},\"region\":\"local\"");
        agent.up(agent.awaitRun(actor, 1));
        agent.down(actor, 1, DownReason.EXITED, 7);
        agent.up(agent.awaitRun(actor, 2));
        agent.down(actor, 2, DownReason.EXITED, 8);
        agent.awaitRun(actor, 3);

        var tried = events(actor, "").stream()
                .filter(event -> event.path("generation").asInt() >= 2)
                .toList();

        assertThat(tried)
                .extracting(event -> event.path("state").asString())
                .containsExactly("starting", "running", "crash_backoff", "pending", "starting");
        assertThat(tried)
                .extracting(event -> event.path("by").asString())
                .containsExactly("agent", "agent", "agent", "loop:restart-due", "loop:restart-due");
        assertThat(tried.get(2).path("exit_code").asInt()).isEqualTo(8);
        assertThat(runs(actor)).containsExactly("1 true", "2 true");
    }

    @Test
    void pages_follow_each_other_without_gap_or_repetition() {
        var actor = destroyed(created("{}"));
        var all = events(actor, "");
        var paged = new CopyOnWriteArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = Api.require(api.get("/actors/%s/events?limit=3%s".formatted(actor, cursor)))
                    .body();
            page.path("events").forEach(paged::add);
            cursor = page.path("pagination").has("cursor")
                    ? "&cursor=" + page.path("pagination").path("cursor").asString()
                    : "";
        } while (!cursor.isEmpty());

        assertThat(paged).isEqualTo(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cursor=x", "cursor=-1", "cursor=99999999999999999999", "limit=0", "limit=1001", "limit=x"})
    void a_wrong_parameter_is_refused_by_name(String parameter) {
        var actor = created("{}");

        var refused = api.get("/actors/%s/events?%s".formatted(actor, parameter));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo(parameter.replaceAll("=.*", ""));
    }

    @Test
    void an_unknown_actor_has_no_timeline() {
        for (var accept : List.of("application/json", "text/event-stream")) {
            for (var id : List.of(NOBODY, "x")) {
                var refused = api.send(api.request("/actors/" + id + "/events").header("accept", accept));
                assertThat(refused.status()).isEqualTo(404);
                assertThat(refused.code()).isEqualTo("ACTOR_NOT_FOUND");
            }
        }
    }

    @Test
    void a_stream_replays_then_follows_and_ends_with_the_actor() throws Exception {
        var actor = created("{}");
        try (var stream = follow(controlPlane, actor, "")) {
            assertThat(stream.next("starting").path("by").asString()).isEqualTo("caller:development");
            agent.up(agent.awaitRun(actor, 1));
            stream.next("running");
            destroyed(actor);
            stream.next("stopping");
            var last = stream.next("destroyed");
            assertThat(stream.ended()).isTrue();

            var again = api.send(api.request("/actors/%s/events".formatted(actor))
                    .header("accept", "text/event-stream")
                    .header("Last-Event-ID", last.path("id").asString()));
            assertThat(again.status()).isEqualTo(204);
        }
    }

    @Test
    void who_comes_back_gets_what_came_since() throws Exception {
        var actor = created("{}");
        var first = events(actor, "").getFirst().path("id").asString();
        agent.up(agent.awaitRun(actor, 1));

        try (var stream = follow(controlPlane, actor, first)) {
            stream.next("running");
        }
    }

    @Test
    void what_happens_on_another_replica_is_followed_too() throws Exception {
        var actor = created("{}");
        try (var stream = follow(other, actor, "")) {
            stream.next("starting");
            agent.up(agent.awaitRun(actor, 1));
            stream.next("running");
        }
    }

    @Test
    void a_silent_stream_is_kept_alive() throws Exception {
        var actor = created("{}");
        try (var stream = follow(controlPlane, actor, "")) {
            stream.next("starting");
            await().atMost(SOON).until(() -> stream.comments.size() >= 3);
        }
    }

    @Test
    void followers_are_bounded_and_who_leaves_makes_room() throws Exception {
        var actor = created("{}");
        try (var one = follow(other, actor, "")) {
            one.next("starting");
            try (var two = follow(other, actor, "")) {
                two.next("starting");
                assertThat(status(other, actor)).isEqualTo(503);
            }
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(status(other, actor)).isEqualTo(200));
        }
    }

    @Test
    void waiting_followers_hold_no_connection_to_the_database() throws Exception {
        var actor = created("{}");
        var streams = new CopyOnWriteArrayList<Stream>();
        try {
            for (int i = 0; i < 40; i++) { // more than three times the pool
                var stream = follow(controlPlane, actor, "");
                stream.next("starting");
                streams.add(stream);
            }
            assertThat(api.get("/actors/" + actor).status()).isEqualTo(200);
            agent.up(agent.awaitRun(actor, 1));
            for (var stream : streams) {
                stream.next("running");
            }
        } finally {
            for (var stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void an_actor_without_an_agent_is_explained() {
        database.jdbc()
                .sql("insert into region (id, name) values ('moon', 'Moon') on conflict do nothing")
                .update();
        var actor = created("\"region\":\"moon\"");

        var why = explain(actor);

        assertThat(why.path("state").asString()).isEqualTo("pending");
        assertThat(why.path("reason").asString()).isEqualTo("no_agents_in_region");
        assertThat(why.path("message").asString()).contains("no agent of region 'moon' is connected");
        assertThat(why.has("agent")).isFalse();
    }

    @Test
    void an_actor_that_keeps_crashing_is_explained() {
        var actor = created("\"lifecycle\":{\"durable\":true}");
        for (int generation = 1; generation <= 2; generation++) {
            agent.up(agent.awaitRun(actor, generation));
            agent.log(actor, generation, "about to fail " + generation);
            agent.down(actor, generation, DownReason.EXITED, 9);
        }
        await().atMost(SOON).until(() -> explain(actor).path("state").asString().equals("crash_backoff"));
        await().atMost(SOON).until(() -> explain(actor).path("last_logs").size() == 2);

        var why = explain(actor);

        assertThat(why.path("reason").asString()).isEqualTo("crashed");
        assertThat(why.path("exit_code").asInt()).isEqualTo(9);
        assertThat(why.path("generation").asInt()).isEqualTo(2);
        assertThat(why.path("next_attempt_at").asString())
                .isGreaterThan(why.path("since").asString());
        assertThat(why.path("message").asString()).contains("2 times in a row", "exit code 9", "as the test says");
        assertThat(why.path("last_logs").get(1).asString()).isEqualTo("about to fail 2");
    }

    @Test
    void a_running_and_a_destroyed_actor_are_explained() {
        var actor = created("{}");
        agent.up(agent.awaitRun(actor, 1));
        await().atMost(SOON).until(() -> explain(actor).path("state").asString().equals("running"));

        assertThat(explain(actor).path("agent").asString()).isEqualTo(agent.id.toString());
        assertThat(explain(actor).path("message").asString()).startsWith("It has been running since");

        destroyed(actor);

        assertThat(explain(actor).path("message").asString()).contains("will not run again");
        assertThat(api.get("/actors/" + NOBODY + "/explain").status()).isEqualTo(404);
    }

    private static ActorId created(String fields) {
        var body = "{\"tags\":{},\"build_tags\":{\"name\":\"a\"}%s}".formatted(fields.equals("{}") ? "" : "," + fields);
        return ActorId.parse(
                Api.require(api.post("/actors", body)).body().at("/actor/id").asString());
    }

    /** All the way, if need be from its start. */
    private static ActorId destroyed(ActorId actor) {
        if (events(actor, "").size() == 1) {
            agent.up(agent.awaitRun(actor, 1));
            await().atMost(SOON).until(() -> events(actor, "").size() == 2);
        }
        Api.require(api.delete("/actors/" + actor));
        agent.awaitStop(actor);
        agent.down(actor, 1, DownReason.STOPPED, 143);
        await().atMost(SOON).until(() -> explain(actor).path("state").asString().equals("destroyed"));
        return actor;
    }

    private static List<JsonNode> events(ActorId actor, String query) {
        var events = new CopyOnWriteArrayList<JsonNode>();
        Api.require(api.get("/actors/%s/events%s".formatted(actor, query)))
                .body()
                .path("events")
                .forEach(events::add);
        return events;
    }

    private static JsonNode explain(ActorId actor) {
        return Api.require(api.get("/actors/%s/explain".formatted(actor))).body();
    }

    private static List<@Nullable String> runs(ActorId actor) {
        return database.jdbc()
                .sql(
                        "select generation || ' ' || (ended_at >= began_at)::text from actor_run where actor_id = :id order by 1")
                .param("id", actor.value())
                .query(String.class)
                .list();
    }

    private static int status(ControlPlane of, ActorId actor) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient();
                var there = new Api(of.uri())) {
            var answer = client.send(
                    there.request("/actors/%s/events".formatted(actor))
                            .header("accept", "text/event-stream")
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            return answer.statusCode();
        }
    }

    private static Stream follow(ControlPlane of, ActorId actor, String after)
            throws IOException, InterruptedException {
        return new Stream(of, actor, after);
    }

    /** Server-sent events as they come. */
    private static final class Stream implements AutoCloseable {

        private final HttpClient client = HttpClient.newHttpClient();
        private final LinkedBlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
        private final List<String> comments = new CopyOnWriteArrayList<>();
        private final Thread thread;

        Stream(ControlPlane of, ActorId actor, String after) throws IOException, InterruptedException {
            try (var there = new Api(of.uri())) {
                var request =
                        there.request("/actors/%s/events".formatted(actor)).header("accept", "text/event-stream");
                if (!after.isEmpty()) {
                    request.header("Last-Event-ID", after);
                }
                var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
                assertThat(answer.statusCode()).isEqualTo(200);
                var reader = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
                thread = Thread.startVirtualThread(() -> read(reader));
            }
        }

        /** Until the server ends it, or {@link #close} does. */
        private void read(BufferedReader reader) {
            try {
                reader.lines().forEach(this::line);
            } catch (UncheckedIOException _) {
                // what close() looks like from here
            }
        }

        private void line(String line) {
            if (line.startsWith("data:")) {
                events.add(Api.JSON.readTree(line.substring(5)));
            } else if (line.startsWith(":")) {
                comments.add(line);
            }
        }

        JsonNode next(String state) throws InterruptedException {
            var event = events.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            assertThat(event.path("state").asString()).isEqualTo(state);
            return event;
        }

        boolean ended() throws InterruptedException {
            return thread.join(SOON) && events.isEmpty();
        }

        @Override
        public void close() {
            client.shutdownNow();
        }
    }
}
