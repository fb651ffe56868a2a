package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;

@ControlPlaneTest("rivet.actors.key-timeout=300ms")
class BusyKeyTest {

    @Test
    void a_caller_is_not_held_for_ever_by_a_destruction_that_does_not_end(TestControlPlane controlPlane, Api api) {
        var build = api.build("counter.js", "{}");
        var agent = controlPlane.agent("local", 1000, 1000);
        var body = "{\"tags\": {}, \"build\": \"%s\", \"key\": \"room\"}".formatted(build);
        var holder = ActorId.parse(put(api, body).text("/actor/id"));
        agent.up(agent.awaitRun(holder, 1));
        Api.require(api.delete("/actors/" + holder));

        var refused = put(api, body);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("ACTOR_KEY_BUSY");
        assertThat(refused.text("/message")).contains("300 ms");
        assertThat(refused.text("/metadata/actor")).isEqualTo(holder.toString());
        assertThat(refused.raw().headers().firstValue("retry-after")).isPresent();
        assertThat(api.state(holder)).startsWith("stopping");
    }

    private static Api.Answer put(Api api, String body) {
        return api.send(api.json("/actors").PUT(BodyPublishers.ofString(body)));
    }
}
