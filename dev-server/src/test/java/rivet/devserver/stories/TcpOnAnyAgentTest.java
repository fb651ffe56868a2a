package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.devserver.TwoAgents;
import tools.jackson.databind.JsonNode;

/** Two agents on one address: one of them listens, for the actors of both, and the other when that one is gone. */
class TcpOnAnyAgentTest {

    private static final String REQUEST =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";

    @TempDir
    Path work;

    @Test
    void whichever_agent_dies_an_actor_is_reached_at_its_address() throws Exception {
        int first = ThreadLocalRandom.current().nextInt(10_000, 19_900);
        var settings = new HashMap<String, Object>(TwoAgents.SHORT_LEASES);
        settings.put("rivet.ingress.ports", "%d-%d".formatted(first, first + 50));
        try (var both = TwoAgents.start(work, settings)) {
            var actor = both.create("""
                    {"tags": {}, "build_tags": {"name": "main", "current": "true"}, "lifecycle": {"durable": true},
                     "network": {"ports": {"http": {"protocol": "tcp"}}}}""");
            both.awaitState(actor, "running");
            int number = both.actor(actor).at("/network/ports/http/port").intValue();
            assertThat(number).isEqualTo(first);
            assertThat(answered(number)).contains("\"generation\":1").contains("\"body\":\"hi\"");
            var owner = runsOn(both, actor);

            owner.kill();

            await().atMost(Duration.ofSeconds(30)).until(() -> answered(number).contains("\"generation\":2"));
            owner.startAgain();
            both.other(owner).kill();
            await().atMost(Duration.ofSeconds(30)).until(() -> answered(number).contains("\"generation\":3"));
            assertThat(both.actor(actor).at("/network/ports/http/port").intValue())
                    .isEqualTo(number);
        }
    }

    /** By what the API tells of its life, which so far was on one agent. */
    private static TwoAgents.RunningAgent runsOn(TwoAgents both, JsonNode actor) throws Exception {
        var life = both.send("GET", "/actors/" + TwoAgents.id(actor) + "/events", null)
                .body();
        assertThat(life.contains(both.first.agentId())).isNotEqualTo(life.contains(both.second.agentId()));
        return life.contains(both.first.agentId()) ? both.first : both.second;
    }

    /** Empty where it is cut off, or nobody listens. */
    private static String answered(int number) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), number)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException _) {
            return "";
        }
    }
}
