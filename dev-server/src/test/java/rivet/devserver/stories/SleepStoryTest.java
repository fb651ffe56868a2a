package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import rivet.devserver.TwoAgents;
import rivet.devserver.stories.Load.Way;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** An actor that sleeps has no process; whoever comes, through whichever agent, finds it there, and nobody is sent away. */
class SleepStoryTest extends TwoAgentsStory {

    private static final int MANY = 40;

    @Test
    void the_next_request_through_another_agent_starts_it() throws Exception {
        var actor = createReady();
        var owner = both.owner(actor);
        assertThat(new AgentProcesses(owner.agentId()).listening()).hasSize(1);

        sleep(actor);
        both.awaitState(actor, "sleeping");

        assertThat(new AgentProcesses(both.first.agentId()).listening()).isEmpty();
        assertThat(new AgentProcesses(both.second.agentId()).listening()).isEmpty();
        var reply = both.get(both.other(owner).url(actor, "/"));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(Wire.JSON.readTree(reply.body()).get("generation").longValue())
                .isEqualTo(2);
    }

    @Test
    void many_who_come_at_once_through_both_agents_start_it_once() throws Exception {
        var actor = createReady();
        sleep(actor);
        both.awaitState(actor, "sleeping");

        try (var http = HttpClient.newHttpClient()) {
            var replies = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i < MANY; i++) {
                var way = new Way((i % 2 == 0 ? both.first : both.second).url(actor, "/"), null);
                replies.add(http.sendAsync(way.request("POST"), HttpResponse.BodyHandlers.ofString()));
            }
            assertThat(replies).allSatisfy(reply -> {
                assertThat(reply.join().statusCode()).as(reply.join().body()).isEqualTo(200);
                assertThat(Wire.JSON
                                .readTree(reply.join().body())
                                .get("generation")
                                .longValue())
                        .isEqualTo(2);
            });
        }
    }

    @Test
    void going_to_sleep_under_load_fails_no_request() throws Exception {
        var actor = createReady();
        try (var load =
                Load.through(new Way(both.first.url(actor, "/"), null), new Way(both.second.url(actor, "/"), null))) {
            load.awaitAnswers(actor, 1, MANY);

            sleep(actor);

            load.awaitAnswers(actor, 2, 2 * MANY);
            sleep(actor);
            load.awaitAnswers(actor, 3, 2 * MANY);
            assertThat(load.end()).isEmpty();
        }
    }

    private static void sleep(JsonNode actor) throws Exception {
        var asked = both.send("POST", "/actors/" + TwoAgents.id(actor) + "/sleep", null);
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(200);
    }
}
