package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.devserver.TwoAgents;
import rivet.devserver.TwoAgents.RunningAgent;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** {@code examples/sqlite}: the database is there wherever its actor starts, and what a lost machine takes with it is said. */
class SqliteExampleTest extends TwoAgentsStory {

    private static final Duration LONG = Duration.ofSeconds(60);

    @BeforeAll
    static void deploy() throws Exception {
        RunningDevServer.deployExample(both.api(), "sqlite", work);
    }

    @Test
    void guests_are_there_when_it_wakes_on_another_agent() throws Exception {
        var actor = createReady();
        var here = both.owner(actor);
        insert(here, actor, "ada", "bob");

        sleepAndWakeElsewhere(actor, here);

        assertThat(both.owner(actor)).isEqualTo(both.other(here));
        assertThat(guests(here, actor)).containsExactly("ada", "bob");
        insert(here, actor, "eve");
        assertThat(guests(here, actor)).containsExactly("ada", "bob", "eve");
        assertThat(events(actor))
                .contains("checkpoint_taken", "checkpoint_restored")
                .doesNotContain("is lost");
    }

    @Test
    void guests_are_there_when_it_was_killed() throws Exception {
        var actor = createReady();
        var here = both.owner(actor);
        insert(here, actor, "ada", "bob", "eve");

        var processes = new AgentProcesses(here.agentId()).listening();
        assertThat(processes).hasSize(1);
        processes.forEach(SqliteExampleTest::kill);

        awaitGeneration(actor, 2);
        assertThat(guests(here, actor)).containsExactly("ada", "bob", "eve");
    }

    @Test
    void guests_are_there_when_its_agent_was_killed_and_came_back() throws Exception {
        var actor = createReady();
        var here = both.owner(actor);
        insert(here, actor, "ada");

        ask("POST", "/agents/" + both.other(here).agentId() + "/cordon");
        here.kill();
        here.startAgain();
        await().atMost(LONG).until(() -> both.get(here.url(actor, "/")).statusCode() == 200);
        insert(here, actor, "bob");
        ask("POST", "/agents/" + both.other(here).agentId() + "/uncordon");

        // The process has lived on, and its directory with it; where the lease was over meanwhile, the next start found
        // it.
        sleepAndWakeElsewhere(actor, here);
        assertThat(guests(here, actor)).containsExactly("ada", "bob");
        assertThat(events(actor)).doesNotContain("is lost");
    }

    @Test
    void guests_are_there_when_its_agent_is_stopped() throws Exception {
        var actor = createReady();
        var here = both.owner(actor);
        insert(here, actor, "ada", "bob");

        here.close();

        var there = both.other(here);
        await().atMost(LONG).until(() -> both.owner(actor).equals(there) && isRunning(actor));
        assertThat(guests(there, actor)).containsExactly("ada", "bob");
        assertThat(events(actor)).doesNotContain("is lost");
        here.startAgain();
        awaitReady(here);
    }

    @Test
    void what_came_after_the_last_checkpoint_is_lost_with_its_machine_and_that_is_told() throws Exception {
        var actor = createReady();
        var here = both.owner(actor);
        insert(here, actor, "ada", "bob");
        var taken = both.post(here.url(actor, "/checkpoint"), "");
        assertThat(taken.body()).isEqualTo("{\"checkpoint\":1}");
        insert(here, actor, "eve");

        here.kill();
        new AgentProcesses(here.agentId()).all().forEach(SqliteExampleTest::kill);

        var there = both.other(here);
        await().atMost(LONG).until(() -> both.owner(actor).equals(there) && isRunning(actor));
        assertThat(guests(there, actor)).containsExactly("ada", "bob");
        assertThat(events(actor)).contains("what generation 1 wrote after that is lost");

        // What the machine still has is of the past when it is back.
        insert(there, actor, "zoe");
        here.startAgain();
        awaitReady(here);
        sleepAndWakeElsewhere(actor, there);
        assertThat(both.owner(actor)).isEqualTo(here);
        assertThat(guests(here, actor)).containsExactly("ada", "bob", "zoe");
    }

    @Override
    JsonNode createReady() throws Exception {
        return createReady("""
                {"tags": {"name": "sqlite"}, "build_tags": {"name": "sqlite", "current": "true"},
                 "lifecycle": {"durable": true}, "storage": {"dir": {"quota_bytes": 16777216}},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""");
    }

    private static void sleepAndWakeElsewhere(JsonNode actor, RunningAgent from) throws Exception {
        ask("POST", "/actors/" + TwoAgents.id(actor) + "/sleep");
        both.awaitState(actor, "sleeping");
        ask("POST", "/agents/" + from.agentId() + "/cordon");
        try {
            ask("POST", "/actors/" + TwoAgents.id(actor) + "/wake?wait=ready");
        } finally {
            ask("POST", "/agents/" + from.agentId() + "/uncordon");
        }
    }

    private static void awaitReady(RunningAgent agent) {
        await().atMost(LONG)
                .until(() -> both.send("GET", "/agents/" + agent.agentId(), null)
                        .body()
                        .contains("\"ready\""));
    }

    private static void ask(String method, String path) throws Exception {
        var reply = both.send(method, path, null);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
    }

    private static void insert(RunningAgent agent, JsonNode actor, String... names) throws Exception {
        for (var name : names) {
            var reply = both.post(agent.url(actor, "/"), name);
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        }
    }

    private static List<String> guests(RunningAgent agent, JsonNode actor) throws Exception {
        var reply = both.get(agent.url(actor, "/"));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body()).findValuesAsString("name");
    }

    private static String events(JsonNode actor) throws Exception {
        return both.send("GET", "/actors/" + TwoAgents.id(actor) + "/events", null)
                .body();
    }

    private static boolean isRunning(JsonNode actor) throws Exception {
        return both.actor(actor).get("state").stringValue().equals("running");
    }

    private static void awaitGeneration(JsonNode actor, int generation) {
        await().atMost(LONG).until(() -> isRunning(actor) && events(actor).contains("\"generation\":" + generation));
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
}
