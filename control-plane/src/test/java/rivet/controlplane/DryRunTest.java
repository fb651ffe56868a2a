package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.AgentId;

@ControlPlaneTest
class DryRunTest {

    private final TestControlPlane controlPlane;
    private final Api api;
    private final TestDatabase database;
    private final String build;

    DryRunTest(TestControlPlane controlPlane, Api api, TestDatabase database) {
        this.controlPlane = controlPlane;
        this.api = api;
        this.database = database;
        this.build = api.executable("tool.tar", "{}");
    }

    @Test
    void each_agent_is_told_with_all_that_speaks_against_it_and_the_create_goes_where_it_fits() {
        var fitting = controlPlane.agent("here", 1000, 1000).id;
        var slow = controlPlane.agent("here", 499, 2000).id;
        var small = controlPlane.agent("here", 100, 499).id;
        var elsewhere = controlPlane.agent("there", 1000, 1000).id;
        var silent = controlPlane.agent("here", 4000, 4000).id;
        database.jdbc()
                .sql("update agent set lease_at = lease_at - interval '2 hours' where id = :id")
                .param("id", silent.value())
                .update();
        var before = database.contents();

        var answer = Api.require(api.post("/actors?dry_run=true", body("here")));

        assertThat(database.contents()).isEqualTo(before);
        assertThat(answer.body().at("/fits").asBoolean()).isTrue();
        assertThat(answer.text("/region")).isEqualTo("here");
        assertThat(answer.text("/build")).isEqualTo(build);
        assertThat(reasons(answer))
                .containsEntry(fitting, List.of())
                .containsEntry(slow, List.of("no_cpu"))
                .containsEntry(small, List.of("no_cpu", "no_memory"))
                .containsEntry(elsewhere, List.of("other_region"))
                .containsEntry(silent, List.of("agent_silent"));

        var actor = api.actor(body("here"));
        assertThat(holder(actor.toString())).isEqualTo(fitting.toString());
        assertThat(reasons(Api.require(api.post("/actors?dry_run=true", body("here")))))
                .containsEntry(fitting, List.of());
        api.actor(body("here"));
        var full = Api.require(api.post("/actors?dry_run=true", body("here")));
        assertThat(reasons(full)).containsEntry(fitting, List.of("no_cpu", "no_memory"));
        assertThat(full.body().at("/fits").asBoolean()).isFalse();
        assertThat(api.state(api.actor(body("here")))).isEqualTo("pending (no_capacity)");
    }

    @Test
    void what_the_create_would_refuse_is_refused() {
        api.actor("{\"tags\": {}, \"build\": \"%s\", \"key\": \"held\"}".formatted(build));
        var before = database.contents();

        var taken = api.post(
                "/actors?dry_run=true", "{\"tags\": {}, \"build\": \"%s\", \"key\": \"held\"}".formatted(build));

        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.code()).isEqualTo("ACTOR_KEY_TAKEN");
        assertThat(api.post("/actors?dry_run=true", body("mars")).code()).isEqualTo("REGION_NOT_FOUND");
        assertThat(api.post("/actors?dry_run=true", "{\"build\": \"%s\"}".formatted(build))
                        .field())
                .isEqualTo("tags");
        assertThat(database.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "yes", "TRUE", "true,true"})
    void who_may_have_meant_a_dry_run_gets_no_actor(String value) {
        var before = database.contents();

        var refused = api.post("/actors?dry_run=" + value, "{\"tags\": {}, \"build\": \"%s\"}".formatted(build));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo("dry_run");
        assertThat(database.contents()).isEqualTo(before);
    }

    private String body(String region) {
        return "{\"tags\": {}, \"build\": \"%s\", \"region\": \"%s\", \"resources\": {\"cpu\": 500, \"memory\": 500}}"
                .formatted(build, region);
    }

    private static Map<AgentId, List<String>> reasons(Api.Answer answer) {
        return StreamSupport.stream(answer.body().at("/agents").spliterator(), false)
                .collect(Collectors.toMap(
                        agent -> AgentId.parse(agent.path("agent").asString()),
                        agent -> StreamSupport.stream(agent.path("reasons").spliterator(), false)
                                .map(reason -> reason.asString())
                                .toList()));
    }

    private String holder(String actor) {
        return database.jdbc()
                .sql("select agent_id from actor where id = cast(:id as uuid)")
                .param("id", actor)
                .query(String.class)
                .single();
    }
}
