package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.devserver.TwoAgents;
import rivet.devserver.TwoAgents.RunningAgent;
import tools.jackson.databind.JsonNode;

/** A client's WebSocket is at one agent, and the processes that are its actor are at the other, or come and go. */
class HibernationOnTwoAgentsTest extends TwoAgentsStory {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void deploy() throws Exception {
        CountingActor.deploy(both.api(), Files.createDirectories(work.resolve("sockets")));
    }

    @AfterEach
    void close() throws Exception {
        both.first.uncordon();
        both.second.uncordon();
        http.close();
    }

    @Test
    void what_is_said_while_it_sleeps_is_told_in_order_when_it_wakes_at_the_other_agent() throws Exception {
        both.first.cordon();
        var actor = createAt(both.second);
        try (var client = new Visitor(http, both.first.url(actor, "/"))) {
            assertThat(client.asks("a")).isEqualTo("a is 1 in 1");
            int heard = 1;
            for (int generation = 2; generation <= 4; generation++) {
                asleep(actor);

                for (var word : new String[] {"b", "c", "d"}) {
                    client.says(word);
                }

                assertThat(client.hears()).isEqualTo("again in %d after %d".formatted(generation, heard));
                for (var word : new String[] {"b", "c", "d"}) {
                    assertThat(client.hears()).isEqualTo("%s is %d in %d".formatted(word, ++heard, generation));
                }
                assertThat(both.second.runs(actor)).isTrue();
            }
        }
    }

    @Test
    void an_actor_that_wakes_at_another_agent_than_it_fell_asleep_at_is_followed() throws Exception {
        both.second.cordon();
        var actor = createAt(both.first);
        try (var client = new Visitor(http, both.first.url(actor, "/"))) {
            assertThat(client.asks("a")).isEqualTo("a is 1 in 1");

            asleep(actor);
            both.second.uncordon();
            both.first.cordon();
            client.says("b");
            client.says("c");
            assertThat(client.hears()).isEqualTo("again in 2 after 1");
            assertThat(client.hears()).isEqualTo("b is 2 in 2");
            assertThat(client.hears()).isEqualTo("c is 3 in 2");
            assertThat(both.second.runs(actor)).isTrue();

            asleep(actor);
            both.first.uncordon();
            both.second.cordon();
            client.says("d");
            client.says("e");
            assertThat(client.hears()).isEqualTo("again in 3 after 3");
            assertThat(client.hears()).isEqualTo("d is 4 in 3");
            assertThat(client.hears()).isEqualTo("e is 5 in 3");
            assertThat(both.first.runs(actor)).isTrue();
        }
    }

    /** Nobody tells the client's agent that it runs again. */
    @Test
    void one_that_was_upgraded_or_killed_at_the_other_agent_has_the_socket_again_with_the_next_word() throws Exception {
        both.first.cordon();
        var actor = createAt(both.second);
        try (var client = new Visitor(http, both.first.url(actor, "/"))) {
            assertThat(client.asks("a")).isEqualTo("a is 1 in 1");

            var upgrade = both.send(
                    "POST", "/actors/" + TwoAgents.id(actor) + "/upgrade", "{\"build_tags\": {\"name\": \"sockets\"}}");
            assertThat(upgrade.statusCode()).as(upgrade.body()).isEqualTo(200);
            awaitHibernation();
            client.says("b");
            client.says("c");
            assertThat(client.hears()).isEqualTo("again in 2 after 1");
            assertThat(client.hears()).isEqualTo("b is 2 in 2");
            assertThat(client.hears()).isEqualTo("c is 3 in 2");

            for (var process : new AgentProcesses(both.second.agentId()).listening()) {
                ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
            }
            awaitHibernation();
            client.says("d");
            assertThat(client.hears()).isEqualTo("again in 3 after 3");
            assertThat(client.hears()).isEqualTo("d is 4 in 3");
        }
    }

    private JsonNode createAt(RunningAgent agent) throws Exception {
        var actor = createReady(CountingActor.body(""));
        assertThat(agent.runs(actor)).isTrue();
        return actor;
    }

    /** And the client's agent knows that there is no process. */
    private static void asleep(JsonNode actor) throws Exception {
        var slept = both.send("POST", "/actors/" + TwoAgents.id(actor) + "/sleep", "");
        assertThat(slept.statusCode()).as(slept.body()).isEqualTo(200);
        both.awaitState(actor, "sleeping");
        awaitHibernation();
    }

    private static void awaitHibernation() {
        await().atMost(LONG)
                .until(() -> both.get(both.first.metrics()).body().contains("rivet_proxy_hibernating_sockets 1"));
    }
}
