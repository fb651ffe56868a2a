package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import rivet.protocol.Wire;

final class AgentCommandsTest {

    private static final String AGENT = "33333333-3333-4333-8333-333333333333";
    private static final String OPEN = agent("\"cordoned\": false");
    private static final String CORDONED = agent("\"cordoned\": true, \"cordoned_at\": \"2026-01-02T03:04:05Z\"");

    @AutoClose
    private final StubControlPlane server = new StubControlPlane(0);

    private static String agent(String cordon) {
        return """
                {"id": "%s", "region": "fra", "state": "ready", %s, "version": "0.1.0", "proxy_url": "http://10.0.0.1:7080",
                 "capacity": {"cpu": 4000, "memory": 8192}, "reserved": {"cpu": 750, "memory": 768},
                 "actors": {"starting": 1, "running": 2, "stopping": 0}, "heartbeat_age_ms": 1234,
                 "joined_at": "2026-01-01T00:00:00Z"}""".formatted(AGENT, cordon);
    }

    private static String one(String agent) {
        return "{\"agent\": " + agent + "}";
    }

    @Test
    void list_shows_room_actors_and_silence() {
        server.answer("GET /agents", 200, "{\"agents\": [%s, %s]}".formatted(OPEN, CORDONED));

        var ran = at().run("agent", "list", "-r", "fra");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out())
                .startsWith("AGENT ")
                .containsPattern(AGENT + "  fra +ready +3 +750 of 4000 +768 of 8192 +1.2 s ago +0.1.0\n")
                .containsPattern(AGENT + "  fra +ready, cordoned +3 ")
                .contains("rivet agent drain AGENT");
        assertThat(server.requestLines()).containsExactly("GET /agents?region=fra");
    }

    @Test
    void no_agents_are_said_to_be_none() {
        server.answer("GET /agents", 200, "{\"agents\": []}");

        assertThat(at().run("agent", "list").out()).startsWith("no agents\n");
    }

    @Test
    void get_shows_all_and_what_can_be_done() {
        server.answer("GET /agents/" + AGENT, 200, one(CORDONED));

        var ran = at().run("agent", "get", AGENT);

        assertThat(ran.out())
                .contains("state    ready, cordoned since 2026-01-02T03:04:05Z\n")
                .contains("actors   2 running, 1 starting, 0 stopping\n", "proxy    http://10.0.0.1:7080\n")
                .contains("agent uncordon " + AGENT);
        var json = Wire.JSON.readTree(at().run("agent", "get", AGENT, "--json").out());
        assertThat(json.at("/agent/reserved/memory").asInt()).isEqualTo(768);
    }

    @Test
    void cordon_and_uncordon_say_what_is_true_now() {
        server.answer("POST /agents/" + AGENT + "/cordon", 200, one(CORDONED))
                .answer("POST /agents/" + AGENT + "/uncordon", 200, one(OPEN));

        assertThat(at().run("agent", "cordon", AGENT).out())
                .startsWith("agent %s is cordoned, and keeps the 3 actors that it holds\n".formatted(AGENT));
        assertThat(at().run("agent", "uncordon", AGENT).out())
                .startsWith("agent %s gets new actors again\n".formatted(AGENT));
        assertThat(server.requestLines())
                .containsExactly("POST /agents/" + AGENT + "/cordon", "POST /agents/" + AGENT + "/uncordon");
    }

    private static String draining(String state, int moved, int failed, int remaining) {
        return one(agent("""
                "cordoned": true, "drain": {"state": "%s", "began_at": "2026-01-02T03:04:05Z",
                 "deadline": "2026-01-02T03:14:05Z", "moved": %d, "ended": 1, "failed": %d, "stopping": 2, "remaining": %d,
                 "blocked": 1}""".formatted(state, moved, failed, remaining)));
    }

    @Test
    void drain_tells_each_change_until_it_is_done() {
        server.answer("POST /agents/" + AGENT + "/drain", 200, draining("draining", 0, 0, 3))
                .answer("GET /agents/" + AGENT, 200, draining("draining", 0, 0, 3))
                .answer("GET /agents/" + AGENT, 200, draining("draining", 2, 0, 1))
                .answer("GET /agents/" + AGENT, 200, draining("drained", 3, 0, 0));

        var ran = at().run("agent", "drain", AGENT, "--deadline", "2h");

        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).isEqualTo("""
                        deadline 2026-01-02T03:14:05Z
                        draining: 0 moved, 1 ended, 0 failed; 2 stopping, 3 to go, 1 of them without another place
                        draining: 2 moved, 1 ended, 0 failed; 2 stopping, 1 to go, 1 of them without another place
                        drained: 3 moved, 1 ended, 0 failed; 2 stopping, 0 to go, 1 of them without another place
                        """);
        assertThat(ran.out()).startsWith("agent %s is empty: 3 actors moved, 1 ended\n".formatted(AGENT));
        assertThat(server.requestLines().getFirst())
                .isEqualTo("POST /agents/" + AGENT + "/drain {\"deadline_ms\":7200000}");
    }

    @Test
    void drain_that_leaves_actors_without_a_place_fails() {
        server.answer("POST /agents/" + AGENT + "/drain", 200, draining("drained", 2, 1, 0));

        var ran = at().run("agent", "drain", AGENT);

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err()).contains("1 of its actors found no other agent");
    }

    @Test
    void drain_that_somebody_ended_fails() {
        server.answer("POST /agents/" + AGENT + "/drain", 200, draining("draining", 2, 0, 1))
                .answer("GET /agents/" + AGENT, 200, one(OPEN));

        var ran = at().run("agent", "drain", AGENT);

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err()).contains("it was uncordoned");
    }

    @Test
    void drain_can_be_left_alone() {
        server.answer("POST /agents/" + AGENT + "/drain", 200, draining("draining", 0, 0, 3))
                .answer("GET /agents/" + AGENT, 200, draining("blocked", 0, 0, 3));

        assertThat(at().run("agent", "drain", AGENT, "--no-wait").out())
                .contains("is being drained: draining: 0 moved");
        assertThat(at().run("agent", "get", AGENT).out())
                .contains("drain    blocked: 0 moved", "deadline 2026-01-02T03:14:05Z\n");
    }

    @Test
    void refusals_end_with_their_code() {
        server.answer("GET /agents/" + AGENT, 404, """
                        {"code": "AGENT_NOT_FOUND", "message": "agent: no such", "ray_id": "r"}""").answer("POST /agents/" + AGENT + "/cordon", 403, """
                        {"code": "API_FORBIDDEN", "message": "not everywhere", "ray_id": "r"}""");

        assertThat(at().run("agent", "get", AGENT).exit()).isEqualTo(3);
        assertThat(at().run("agent", "cordon", AGENT).exit()).isEqualTo(4);
    }

    @Test
    void an_id_that_is_none_is_told_without_asking_the_server() {
        assertThat(at().run("agent", "drain", AGENT, "--deadline", "soon").err())
                .startsWith("error: --deadline: 'soon' (expected: ");
        for (var command : List.of("get", "cordon", "uncordon", "drain")) {
            var ran = at().run("agent", command, "x");
            assertThat(ran.exit()).isEqualTo(2);
            assertThat(ran.err()).startsWith("error: agent ");
        }
        assertThat(server.requests()).isEmpty();
    }

    private Shell at() {
        return new Shell(Path.of("").toAbsolutePath()).at(server.uri());
    }
}
