package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

final class ConnectionCommandsTest {

    private static final String PATH = "/actors/" + ACTOR + "/connections";
    private static final String MADE = """
            {"url": "http://a.localhost/?rivet_token=t", "ws_url": "ws://a.localhost/?rivet_token=t", "token": "t",
             "expires_at": "2026-01-02T04:04:05Z", "connection_id": "%s"}""".formatted(ACTOR);

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final StubControlPlane server = new StubControlPlane(0);

    @Test
    void a_port_is_opened_for_a_quarter_of_an_hour() {
        server.answer("POST " + PATH, 200, MADE);

        var ran = shell().run("actor", "connect", ACTOR);

        assertThat(server.requestLines()).containsExactly("POST " + PATH + " {\"port\":\"http\",\"ttl_ms\":900000}");
        assertThat(ran.out())
                .startsWith("url         http://a.localhost/?rivet_token=t\nws url      ws://")
                .contains("rivet actor disconnect " + ACTOR + " " + ACTOR);
    }

    @Test
    void everything_that_narrows_it_is_sent() {
        server.answer("POST " + PATH, 200, MADE);

        var ran = shell().run(
                        "actor",
                        "connect",
                        ACTOR,
                        "-p",
                        "ws",
                        "--ttl",
                        "45s",
                        "--subject",
                        "ann",
                        "--claim",
                        "role=host",
                        "--methods",
                        "GET,HEAD",
                        "--path-prefix",
                        "/rooms/1",
                        "--single-use",
                        "--json");

        assertThat(server.requestLines())
                .containsExactly("POST " + PATH + " {\"port\":\"ws\",\"ttl_ms\":45000,\"subject\":\"ann\","
                        + "\"claims\":{\"role\":\"host\"},\"methods\":[\"GET\",\"HEAD\"],\"path_prefix\":\"/rooms/1\","
                        + "\"single_use\":true}");
        assertThat(Wire.JSON.readTree(ran.out()).path("token").asString()).isEqualTo("t");
    }

    @Test
    void connections_are_listed() {
        server.answer("GET " + PATH, 200, """
                {"connections": [{"id": "c1", "actor_id": "%s", "port": "http", "subject": "ann", "claims": {}, "methods": [],
                  "single_use": false, "created_at": "2026-01-02T03:04:05Z", "expires_at": "2026-01-02T04:04:05Z"}]}
                """.formatted(ACTOR));

        assertThat(shell().run("actor", "connections", ACTOR).out())
                .contains("c1          http  ann      2026-01-02T04:04:05Z");
    }

    @Test
    void one_a_subjects_or_all_are_revoked() {
        server.answer("DELETE " + PATH + "/" + ACTOR, 200, "{}").answer("DELETE " + PATH, 200, "{\"revoked\": 3}");

        assertThat(shell().run("actor", "disconnect", ACTOR, ACTOR).out()).startsWith("1 connections");
        assertThat(shell().run("actor", "disconnect", ACTOR, "--subject", "ann").out())
                .startsWith("3 connections");
        assertThat(shell().run("actor", "disconnect", ACTOR, "--all").exit()).isZero();

        assertThat(server.requestLines())
                .containsExactly("DELETE " + PATH + "/" + ACTOR, "DELETE " + PATH + "?subject=ann", "DELETE " + PATH);
    }

    @Test
    void bad_options_are_told_without_asking_the_server() {
        for (var bad : List.of(
                "actor connect",
                "actor connect x",
                "actor connect " + ACTOR + " --ttl 0s",
                "actor connect " + ACTOR + " --claim role",
                "actor disconnect " + ACTOR,
                "actor disconnect " + ACTOR + " " + ACTOR + " --all",
                "actor disconnect " + ACTOR + " x",
                "actor create -b name=a -p name=http,protocol=http,guard=bearer")) {
            assertThat(shell().run(bad.split(" ", -1)).exit()).as(bad).isEqualTo(2);
        }
        assertThat(server.requests()).isEmpty();
    }

    private Shell shell() {
        return new Shell(folder).at(server.uri());
    }
}
