package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.link.DesiredActor;

@ControlPlaneTest
class ManyActorsTest {

    private final TestControlPlane controlPlane;
    private final Api api;
    private final TestDatabase database;
    private final String build;

    ManyActorsTest(TestControlPlane controlPlane, Api api, TestDatabase database) {
        this.controlPlane = controlPlane;
        this.api = api;
        this.database = database;
        this.build = api.build("counter.js", "{\"name\": \"counter\"}");
    }

    @Test
    void many_actors_are_created_in_the_order_of_the_request() {
        var created = Api.require(bulk(100, "ordered"));

        assertThat(created.body().at("/actors").findValuesAsString("n"))
                .isEqualTo(IntStream.range(0, 100).mapToObj(String::valueOf).toList());
        assertThat(living("ordered")).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                                                  | actors          | 400
            {"actors": []}                                                                      | actors          | 400
            {"actors": [null]}                                                                  | actors[0]       | 400
            {"actors": [OK, {"tags": {}, "build_tags": {"name": "none"}}]}                      | actors[1].build_tags | 404
            {"actors": [OK, {"build": "BUILD"}]}                                                | actors[1].tags  | 400
            {"actors": [OK, {"tags": {}, "build": "BUILD", "region": "mars"}]}                  | actors[1].region | 404
            {"actors": [{"tags": {}, "build": "BUILD", "key": "k"}, {"tags": {}, "build": "BUILD", "key": "k"}]} | actors[1].key | 400
            """)
    void one_mistake_and_none_is_created(String body, String field, int status) {
        var before = database.contents();
        var ok = "{\"tags\": {}, \"build\": \"BUILD\"}";

        var refused = api.post("/actors/bulk", body.replace("OK", ok).replace("BUILD", build));

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.field()).isEqualTo(field);
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void more_than_a_hundred_are_refused() {
        assertThat(bulk(101, "too-many").field()).isEqualTo("actors");
        assertThat(living("too-many")).isZero();
    }

    @Test
    void a_taken_key_refuses_them_all_and_gives_back_what_was_reserved() {
        var agent = controlPlane.agent("full", 100_000, 100_000);
        var one = "{\"tags\": {\"group\": \"full\"}, \"build\": \"%s\", \"region\": \"full\"}".formatted(build);
        var holder = api.actor(
                "{\"tags\": {}, \"build\": \"%s\", \"region\": \"full\", \"key\": \"mine\"}".formatted(build));
        agent.awaitRun(holder, 1);

        var refused = api.post(
                "/actors/bulk",
                "{\"actors\": [%s, {\"tags\": {}, \"build\": \"%s\", \"key\": \"mine\"}]}".formatted(one, build));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("ACTOR_KEY_TAKEN");
        assertThat(refused.field()).isEqualTo("actors[1].key");
        assertThat(refused.text("/metadata/actor")).isEqualTo(holder.toString());
        assertThat(living("full")).isZero();
        assertThat(database.jdbc()
                        .sql("select reserved_memory_mib from agent where region = 'full'")
                        .query(Long.class)
                        .single())
                .isEqualTo(256);
    }

    @Test
    void a_repeated_bulk_is_answered_with_the_same_actors() {
        var ids = bulkWithKey().body().at("/actors").findValuesAsString("id");

        assertThat(bulkWithKey().body().at("/actors").findValuesAsString("id"))
                .isEqualTo(ids)
                .hasSize(3);
        assertThat(living("repeated")).isEqualTo(3);
    }

    @Test
    void all_actors_with_some_tags_are_destroyed_in_their_environment_only() {
        for (int i = 0; i < 6; i++) {
            Api.require(bulk(100, "crowd"));
        }
        Api.require(bulk(2, "bystanders"));
        database.jdbc().sql("""
                insert into environment (project_id, slug) select id, 'foreign' from project where slug = 'default'
                """).update();
        database.jdbc().sql("""
                update actor set environment_id = (select id from environment where slug = 'foreign')
                where id in (select id from actor where tags @> '{"group": "crowd"}' limit 1)
                """).update();

        var destroyed = Api.require(api.post("/actors/destroy", "{\"tags\": {\"group\": \"crowd\"}}"));

        assertThat(destroyed.body().at("/count").asInt()).isEqualTo(599);
        assertThat(living("crowd")).isEqualTo(1);
        assertThat(living("bystanders")).isEqualTo(2);
        assertThat(Api.require(api.post("/actors/destroy", "{\"tags\": {\"group\": \"crowd\"}}"))
                        .body()
                        .at("/count")
                        .asInt())
                .isZero();
    }

    @Test
    void a_running_actor_has_the_grace_that_was_asked_for() {
        var agent = controlPlane.agent("graceful", 1000, 1000);
        var actor = api.actor(
                "{\"tags\": {\"group\": \"graceful\"}, \"build\": \"%s\", \"region\": \"graceful\"}".formatted(build));
        agent.up(agent.awaitRun(actor, 1));

        Api.require(
                api.post("/actors/destroy", "{\"tags\": {\"group\": \"graceful\"}, \"override_kill_timeout\": 1234}"));

        assertThat(agent.awaitDesired(actor, DesiredActor.Stop.class, _ -> true).graceMs())
                .isEqualTo(1234);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                          | tags
            {"tags": {}}                                                | tags
            {"tags": {"group": "x"}, "override_kill_timeout": -1}       | override_kill_timeout
            {"tags": {"group": "x"}, "override_kill_timeout": 7200000}  | override_kill_timeout
            """)
    void a_bad_destroy_is_refused_and_changes_nothing(String body, String field) {
        var before = database.contents();

        var refused = api.post("/actors/destroy", body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("API_BAD_BODY");
        assertThat(refused.field()).isEqualTo(field);
        assertThat(database.contents()).isEqualTo(before);
    }

    private Api.Answer bulk(int count, String group) {
        return api.post("/actors/bulk", request(count, group));
    }

    private Api.Answer bulkWithKey() {
        return Api.require(api.send(api.json("/actors/bulk")
                .header("Idempotency-Key", "repeated")
                .POST(BodyPublishers.ofString(request(3, "repeated")))));
    }

    private String request(int count, String group) {
        return IntStream.range(0, count)
                .mapToObj(n ->
                        "{\"tags\": {\"group\": \"%s\", \"n\": \"%d\"}, \"build\": \"%s\"}".formatted(group, n, build))
                .collect(Collectors.joining(",", "{\"actors\": [", "]}"));
    }

    private long living(String group) {
        return database.jdbc()
                .sql("select count(*) from actor where destroyed_at is null and tags ->> 'group' = :group")
                .param("group", group)
                .query(Long.class)
                .single();
    }
}
