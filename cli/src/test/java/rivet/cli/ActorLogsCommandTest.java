package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;
import static rivet.cli.StubControlPlane.oneActor;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rivet.protocol.Wire;

final class ActorLogsCommandTest {

    private final StubControlPlane server = new StubControlPlane(0);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void logs_are_shown_with_time_and_stream() {
        server.answer("GET /actors/logs", 200, logs("w1", "hello", "ouch"));

        assertThat(shell().run("actor", "logs", ACTOR, "-s", "stderr").out()).isEqualTo("""
                        2026-01-02T03:04:05Z hello
                        2026-01-02T03:04:05Z [stderr] ouch
                        """);
        assertThat(shell().run("actor", "logs", ACTOR, "--no-timestamps").out()).isEqualTo("hello\nouch\n");
        assertThat(server.requestLines())
                .containsExactly(
                        "GET /actors/logs?stream=std_err&actor_ids_json=%5B%22" + ACTOR + "%22%5D",
                        "GET /actors/logs?stream=all&actor_ids_json=%5B%22" + ACTOR + "%22%5D");
    }

    @Test
    void logs_as_json_are_one_document() {
        server.answer("GET /actors/logs", 200, logs("w1", "hello", "ouch"));

        assertThat(Wire.JSON.readTree(
                        shell().run("actor", "logs", ACTOR, "--json").out()))
                .isEqualTo(Wire.JSON.readTree("""
                        {"lines": [{"timestamp": "2026-01-02T03:04:05Z", "stream": "stdout", "text": "hello"},
                                   {"timestamp": "2026-01-02T03:04:05Z", "stream": "stderr", "text": "ouch"}]}"""));
    }

    @Test
    void logs_are_followed_until_the_actor_is_destroyed_and_has_said_all() {
        server.answer("GET /actors/logs", 200, logs("w1", "one", "two"))
                .answer("GET /actors/logs", 200, noLogs("w2"))
                .answer("GET /actors/logs", 200, logs("w3", "three", "four"))
                .answer("GET /actors/logs", 200, noLogs("w4"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("running"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("destroyed"));

        var ran = shell().run("actor", "logs", "-f", ACTOR, "--no-timestamps");

        assertThat(ran.exit()).isZero();
        assertThat(ran.out()).isEqualTo("one\ntwo\nthree\nfour\n");
        assertThat(server.requestLines())
                .extracting(line -> line.replaceAll(".*watch_index=", ""))
                .containsSubsequence("w1", "w2", "w3", "w4");
    }

    private static String logs(String index, String toOut, String toError) {
        var encoder = java.util.Base64.getEncoder();
        return """
                {"actor_ids": ["%s"], "lines": ["%s", "%s"], "timestamps": ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"],
                 "streams": [0, 1], "actor_indices": [0, 0], "watch": {"index": "%s"}}""".formatted(
                        ACTOR,
                        encoder.encodeToString(toOut.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        encoder.encodeToString(toError.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        index);
    }

    private static String noLogs(String index) {
        return """
                {"actor_ids": [], "lines": [], "timestamps": [], "streams": [], "actor_indices": [],
                 "watch": {"index": "%s"}}""".formatted(index);
    }

    private Shell shell() {
        return new Shell(Path.of("").toAbsolutePath()).at(server.uri());
    }
}
