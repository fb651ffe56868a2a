package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A client's WebSocket stays open, whatever becomes of the processes that are its actor, and says nothing twice. */
class HibernationStoryTest {

    @TempDir
    static Path work;

    static RunningDevServer server;

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS);
        CountingActor.deploy(server.api(), work);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void a_socket_outlives_sleep_upgrade_and_a_kill() throws Exception {
        var actor = create("");
        try (var client = new Visitor(server.http, URI.create(RunningDevServer.url(actor, "http")))) {
            assertThat(client.asks("a")).isEqualTo("a is 1 in 1");

            assertThat(client.asks("sleep")).isEqualTo("sleep is 2 in 1");
            server.awaitState(actor, "sleeping");
            client.says("b");
            client.says("c");
            assertThat(client.hears()).isEqualTo("again in 2 after 2");
            assertThat(client.hears()).isEqualTo("b is 3 in 2");
            assertThat(client.hears()).isEqualTo("c is 4 in 2");

            var upgrade = server.send(
                    "POST",
                    "/actors/" + RunningDevServer.id(actor) + "/upgrade",
                    "{\"build_tags\": {\"name\": \"sockets\"}}");
            assertThat(upgrade.statusCode()).as(upgrade.body()).isEqualTo(200);
            assertThat(client.hears()).isEqualTo("again in 3 after 4");
            assertThat(client.asks("d")).isEqualTo("d is 5 in 3");

            for (var process : new AgentProcesses(work.resolve("data")).listening()) {
                ProcessHandle.of(process).ifPresent(ProcessHandle::destroyForcibly);
            }
            assertThat(client.hears()).isEqualTo("again in 4 after 5");
            assertThat(client.asks("e")).isEqualTo("e is 6 in 4");
            server.destroy(actor);
        }
    }

    @Test
    void a_socket_on_which_nothing_is_said_lets_its_actor_sleep() throws Exception {
        var actor = create(", \"idle_timeout\": 1000");
        try (var client = new Visitor(server.http, URI.create(RunningDevServer.url(actor, "http")))) {
            server.awaitState(actor, "sleeping");
            assertThat(server.actor(actor).get("reason").stringValue()).isEqualTo("idle");

            client.says("a");
            assertThat(client.hears()).isEqualTo("again in 2 after null");
            assertThat(client.hears()).isEqualTo("a is 1 in 2");
        }
        server.destroy(actor);
    }

    private static JsonNode create(String lifecycle) throws Exception {
        var actor = server.create(CountingActor.body(lifecycle));
        var guard = actor.get("network").get("ports").get("http").get("routing").get("guard");
        assertThat(guard.get("websocket").get("hibernate").booleanValue()).isTrue();
        return actor;
    }
}
