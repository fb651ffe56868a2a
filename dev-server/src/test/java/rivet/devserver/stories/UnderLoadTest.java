package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rivet.devserver.TwoAgents;
import rivet.devserver.stories.Load.Failure;
import rivet.devserver.stories.Load.Way;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** What users notice of stops, upgrades, drains and crashes while they work, through either agent: no failed request. */
class UnderLoadTest extends TwoAgentsStory {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int SOME = 100;

    @Test
    void a_stop_fails_no_request_of_a_route_with_a_successor() throws Exception {
        assertThat(both.send("PUT", "/routes/shop", """
                        {"hostname": "shop.test", "path": "/", "route_subpaths": true, "strip_prefix": false,
                         "target": {"actors": {"selector_tags": {"name": "two-agents"}}}}""").statusCode()).isEqualTo(200);
        var old = createReady();
        var shop = new Way[] {
            new Way(both.first.url().resolve("/"), "shop.test"),
            new Way(both.second.url().resolve("/"), "shop.test")
        };
        awaitServing(shop);
        try (var load = Load.through(shop);
                var http = HttpClient.newHttpClient()) {
            load.awaitAnswers(old, 1, SOME);
            var successor = createReady();
            load.awaitAnswers(successor, 1, SOME);
            var posts = inFlight(http, "POST", old).toList();
            awaitInFlight(old, posts.size());

            assertThat(both.send("DELETE", "/actors/" + TwoAgents.id(old), null).statusCode())
                    .isEqualTo(200);
            both.awaitState(old, "destroyed");

            load.awaitAnswers(successor, 1, 2 * SOME);
            assertThat(load.end()).isEmpty();
            assertThat(statuses(posts)).containsOnly(200);
        } finally {
            both.send("DELETE", "/routes/shop", null);
        }
    }

    @Test
    void an_upgrade_fails_no_request() throws Exception {
        var actor = createReady();
        try (var load = Load.through(waysTo(actor, "/"));
                var http = HttpClient.newHttpClient()) {
            load.awaitAnswers(actor, 1, SOME);
            var posts = inFlight(http, "POST", actor).toList();
            awaitInFlight(actor, posts.size());

            assertThat(both.send(
                                    "POST",
                                    "/actors/" + TwoAgents.id(actor) + "/upgrade",
                                    "{\"build_tags\": {\"name\": \"main\"}}")
                            .statusCode())
                    .isEqualTo(200);

            load.awaitAnswers(actor, 2, 2 * SOME);
            assertThat(load.end()).isEmpty();
            assertThat(statuses(posts)).containsOnly(200);
        }
    }

    @Test
    void a_drain_fails_no_request_and_tells_sockets_why_they_end() throws Exception {
        var actor = createReady();
        var drained = both.owner(actor);
        var stays = both.other(drained);
        try (var load = Load.through(waysTo(actor, "/"));
                var http = HttpClient.newHttpClient()) {
            var sockets = List.of(
                    new ClientSocket(http, drained.url(actor, "/")), new ClientSocket(http, stays.url(actor, "/")));
            for (var socket : sockets) {
                assertThat(socket.says("hello")).isEqualTo("hello");
            }
            load.awaitAnswers(actor, 1, SOME);
            var posts = inFlight(http, "POST", actor).toList();
            awaitInFlight(actor, posts.size());

            var asked = both.send("POST", "/agents/" + drained.agentId() + "/drain", "{}");

            assertThat(asked.statusCode()).as(asked.body()).isEqualTo(200);
            load.awaitAnswers(actor, 2, 2 * SOME);
            assertThat(load.end()).isEmpty();
            assertThat(statuses(posts)).containsOnly(200);
            assertThat(stays.runs(actor)).isTrue();
            for (var socket : sockets) {
                assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isEqualTo("1012 actor_ended");
            }
        } finally {
            both.send("POST", "/agents/" + drained.agentId() + "/uncordon", "{}");
        }
    }

    @Test
    void a_crash_fails_only_what_the_actor_had_and_must_not_be_repeated() throws Exception {
        var actor = createReady();
        try (var load = Load.through(waysTo(actor, "/"));
                var http = HttpClient.newHttpClient()) {
            load.awaitAnswers(actor, 1, SOME);
            var repeated = Stream.concat(inFlight(http, "GET", actor), inFlight(http, "PUT", actor))
                    .toList();
            var posts = inFlight(http, "POST", actor).toList();
            awaitInFlight(actor, repeated.size() + posts.size());

            var process = processOf(actor);
            process.destroyForcibly();
            process.onExit().get(60, TimeUnit.SECONDS);
            long gone = System.nanoTime();

            load.awaitAnswers(actor, 2, 2 * SOME);
            assertThat(load.end())
                    .allSatisfy(failure -> assertThat(mayFail(failure, gone)).isTrue());
            assertThat(statuses(repeated)).containsOnly(200);
            assertThat(statuses(posts)).containsOnly(502);
        }
    }

    private static boolean mayFail(Failure failure, long gone) {
        return failure.method().equals("POST") && failure.began() - gone < 0;
    }

    private static Way[] waysTo(JsonNode actor, String path) {
        return new Way[] {
            new Way(both.first.url(actor, path), null), new Way(both.second.url(actor, path), null),
        };
    }

    /** The agents are told of a route after its creator has his answer. */
    private static void awaitServing(Way... ways) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            for (var way : ways) {
                await().atMost(SOON)
                        .until(() -> http.send(way.request("GET"), HttpResponse.BodyHandlers.ofString())
                                        .statusCode()
                                == 200);
            }
        }
    }

    /** One through each agent, that the actor works at for a second. */
    private static Stream<CompletableFuture<HttpResponse<String>>> inFlight(
            HttpClient http, String method, JsonNode actor) {
        return Stream.of(waysTo(actor, "/slow"))
                .map(way -> http.sendAsync(way.request(method), HttpResponse.BodyHandlers.ofString()));
    }

    private static void awaitInFlight(JsonNode actor, int many) {
        await().atMost(SOON).until(() -> slow(actor) == many);
    }

    private static int slow(JsonNode actor) throws Exception {
        return Wire.JSON
                .readTree(both.get(both.first.url(actor, "/")).body())
                .get("slow")
                .intValue();
    }

    private static List<Integer> statuses(List<CompletableFuture<HttpResponse<String>>> replies) {
        return replies.stream().map(reply -> reply.join().statusCode()).toList();
    }

    /** It is the only actor of its agent. */
    private static ProcessHandle processOf(JsonNode actor) throws Exception {
        var pids = new AgentProcesses(both.owner(actor).agentId()).listening();
        assertThat(pids).hasSize(1);
        return ProcessHandle.of(pids.iterator().next()).orElseThrow();
    }
}
