package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToAgent;

@ControlPlaneTest({"rivet.actors.wait-timeout=20s", "rivet.actors.wait-max=30s"})
class WaitTest {

    private final TestControlPlane controlPlane;
    private final Api api;
    private final TestDatabase database;
    private final String build;

    WaitTest(TestControlPlane controlPlane, Api api, TestDatabase database) {
        this.controlPlane = controlPlane;
        this.api = api;
        this.database = database;
        this.build = api.build("counter.js", "{}");
    }

    @Test
    void a_create_can_wait_until_the_actor_runs() {
        var agent = controlPlane.agent("ready", 1000, 1000);

        var waiting = CompletableFuture.supplyAsync(() -> api.post("/actors?wait=ready", body("ready")));
        agent.up(firstRun(agent));

        assertThat(Api.require(waiting.join()).text("/actor/state")).isEqualTo("running");
    }

    @Test
    void a_create_that_waits_gets_the_actor_that_ended_instead() {
        var agent = controlPlane.agent("failing", 1000, 1000);

        var waiting = CompletableFuture.supplyAsync(() -> api.post("/actors?wait=ready", body("failing")));
        var run = firstRun(agent);
        agent.down(run.actor(), run.generation(), DownReason.EXITED, 1);

        assertThat(Api.require(waiting.join()).text("/actor/state")).isEqualTo("destroyed");
        assertThat(waiting.join().text("/actor/reason")).isEqualTo("crashed");
    }

    @Test
    void a_destroy_can_wait_until_nothing_is_left() {
        var agent = controlPlane.agent("stopping", 1000, 1000);
        var actor = api.actor(body("stopping"));
        agent.up(agent.awaitRun(actor, 1));

        var waiting = CompletableFuture.supplyAsync(() -> api.delete("/actors/" + actor + "?wait=destroyed"));
        var watching = CompletableFuture.supplyAsync(() -> api.get("/actors/" + actor + "?wait=destroyed"));
        agent.awaitStop(actor);
        agent.down(actor, 1, DownReason.STOPPED, 0);

        assertThat(Api.require(waiting.join()).text("/actor/state")).isEqualTo("destroyed");
        assertThat(Api.require(watching.join()).text("/actor/state")).isEqualTo("destroyed");
    }

    @Test
    void when_the_time_is_over_the_actor_is_answered_as_it_is() {
        controlPlane.agent("never", 1000, 1000);

        var created = Api.require(api.post("/actors?wait=ready&timeout=50", body("never")));
        var path = "/actors/" + created.text("/actor/id");

        assertThat(created.text("/actor/state")).isEqualTo("starting");
        assertThat(Api.require(api.get(path + "?wait=ready&timeout=0")).text("/actor/state"))
                .isEqualTo("starting");
        assertThat(Api.require(api.delete(path + "?wait=destroyed&timeout=50")).text("/actor/state"))
                .isEqualTo("stopping");
        assertThat(Api.require(api.delete(path)).body()).isEmpty();
    }

    @Test
    void nobody_waits_for_an_actor_that_is_on_its_way_out_to_be_ready() {
        var agent = controlPlane.agent("out", 1000, 1000);
        var actor = api.actor(body("out"));
        agent.up(agent.awaitRun(actor, 1));
        Api.require(api.delete("/actors/" + actor));

        var waited = Api.require(api.get("/actors/" + actor + "?wait=ready&timeout=30000"));

        assertThat(waited.text("/actor/state")).isEqualTo("stopping");
    }

    @ParameterizedTest
    @CsvSource({
        "wait=soon, wait",
        "wait=, wait",
        "wait=ready&timeout=-1, timeout",
        "wait=ready&timeout=30001, timeout",
        "wait=ready&timeout=x, timeout",
        "timeout=1000, timeout"
    })
    void a_bad_wait_is_refused_before_anything_is_done(String query, String field) {
        var actor = api.actor(body("local"));
        var before = database.contents();

        for (var refused : new Api.Answer[] {
            api.post("/actors?" + query, body("local")),
            api.get("/actors/" + actor + "?" + query),
            api.delete("/actors/" + actor + "?" + query)
        }) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("API_BAD_QUERY_PARAMETER");
            assertThat(refused.field()).isEqualTo(field);
        }
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void waiting_for_an_actor_that_is_none_is_no_wait() {
        assertThat(api.get("/actors/" + ActorId.random() + "?wait=ready").status())
                .isEqualTo(404);
    }

    private static DesiredActor.Run firstRun(SimulatedAgent agent) {
        return await().until(
                        () -> agent.received.stream()
                                .filter(ToAgent.Desired.class::isInstance)
                                .flatMap(desired -> ((ToAgent.Desired) desired).actors().stream())
                                .filter(DesiredActor.Run.class::isInstance)
                                .map(DesiredActor.Run.class::cast)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private String body(String region) {
        return "{\"tags\": {}, \"build\": \"%s\", \"region\": \"%s\"}".formatted(build, region);
    }
}
