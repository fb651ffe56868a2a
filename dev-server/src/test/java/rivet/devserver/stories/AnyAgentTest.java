package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import rivet.devserver.TwoAgents;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** An actor's URL works through whichever agent it is asked, wherever the actor runs and while it moves. */
class AnyAgentTest extends TwoAgentsStory {

    @Test
    void both_agents_serve_it() throws Exception {
        var actor = createReady();

        for (var agent : new TwoAgents.RunningAgent[] {both.first, both.second}) {
            assertThat(answer(both.post(agent.url(actor, "/"), "hello"))
                            .get("body")
                            .stringValue())
                    .isEqualTo("hello");
        }
    }

    @Test
    void a_request_to_the_other_agent_waits_while_it_starts() throws Exception {
        var actor = both.create("""
                {"tags": {}, "build_tags": {"name": "main", "current": "true"},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""");

        assertThat(both.get(both.other(both.owner(actor)).url(actor, "/")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_request_during_an_upgrade_is_held_wherever_it_comes() throws Exception {
        var actor = createReady();
        var elsewhere = both.other(both.owner(actor));
        assertThat(generation(both.get(elsewhere.url(actor, "/")))).isEqualTo(1);

        var upgrade = both.send(
                "POST", "/actors/" + TwoAgents.id(actor) + "/upgrade", "{\"build_tags\": {\"name\": \"main\"}}");

        assertThat(upgrade.statusCode()).as(upgrade.body()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            for (var agent : new TwoAgents.RunningAgent[] {both.first, both.second}) {
                assertThat(both.get(agent.url(actor, "/")).statusCode()).isEqualTo(200);
            }
            return generation(both.get(elsewhere.url(actor, "/"))) == 2;
        });
    }

    @Test
    void when_its_agent_dies_the_other_serves_it_under_the_same_url() throws Exception {
        var actor = createReady();
        var dies = both.owner(actor);
        var stays = both.other(dies);
        assertThat(generation(both.get(stays.url(actor, "/")))).isEqualTo(1);

        dies.kill();
        var held = CompletableFuture.supplyAsync(() -> {
            try {
                return both.get(stays.url(actor, "/"));
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        assertThat(held.join().statusCode()).isIn(200, 502);

        await().atMost(Duration.ofSeconds(30))
                .until(() -> both.get(stays.url(actor, "/")), reply -> reply.statusCode() == 200);
        assertThat(generation(both.get(stays.url(actor, "/")))).isEqualTo(2);
        dies.startAgain();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(generation(both.get(dies.url(actor, "/")))).isEqualTo(2));
    }

    @Test
    void a_token_works_through_the_other_agent_for_its_time_and_is_refused_then() throws Exception {
        var actor = createGuarded();
        var elsewhere = both.other(both.owner(actor));
        assertThat(both.get(elsewhere.url(actor, "/")).statusCode()).isEqualTo(401);

        var url = elsewhere.url(
                actor, "/?rivet_token=" + connect(actor, 2000).get("token").stringValue());

        assertThat(both.get(url).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> both.get(url).statusCode() == 401);
    }

    @Test
    void a_revoked_connections_socket_is_closed_through_the_other_agent_and_the_others_stay() throws Exception {
        var actor = createGuarded();
        var ann = connect(actor, 60_000);
        try (var http = HttpClient.newHttpClient()) {
            var out = join(http, actor, ann);
            var stays = join(http, actor, connect(actor, 60_000));
            assertThat(out.says("hello")).isEqualTo("hello");

            var revoked = both.send(
                    "DELETE",
                    "/actors/" + TwoAgents.id(actor) + "/connections/"
                            + ann.get("connection_id").stringValue(),
                    null);

            assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
            assertThat(out.closed.get(20, TimeUnit.SECONDS)).isEqualTo("1008 connection_revoked");
            assertThat(stays.says("still here")).isEqualTo("still here");
            stays.abort();
        }
    }

    private static JsonNode createGuarded() throws Exception {
        var actor = both.create("""
                {"tags": {}, "build_tags": {"name": "main", "current": "true"}, "network": {"ports": {"http": {
                  "protocol": "http", "routing": {"guard": {"authorization": {"connection": {}}}}}}}}""");
        both.awaitState(actor, "running");
        return actor;
    }

    private static JsonNode connect(JsonNode actor, long ttlMs) throws Exception {
        var reply = both.send("POST", "/actors/" + TwoAgents.id(actor) + "/connections", """
                {"port": "http", "ttl_ms": %d}""".formatted(ttlMs));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body());
    }

    /** At the agent that does not run it. */
    private static ClientSocket join(HttpClient http, JsonNode actor, JsonNode connection) throws Exception {
        var token = connection.get("token").stringValue();
        return new ClientSocket(http, both.other(both.owner(actor)).url(actor, "/?rivet_token=" + token));
    }

    private static JsonNode answer(HttpResponse<String> reply) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body());
    }

    private static long generation(HttpResponse<String> reply) {
        return answer(reply).get("generation").longValue();
    }
}
