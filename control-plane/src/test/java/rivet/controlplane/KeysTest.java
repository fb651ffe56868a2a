package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.controlplane.Api.Answer;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

@ControlPlaneTest
class KeysTest {

    private static final int CALLERS = 50;

    private final TestControlPlane controlPlane;
    private final Api api;
    private final TestDatabase database;
    private final String build;

    KeysTest(TestControlPlane controlPlane, Api api, TestDatabase database) {
        this.controlPlane = controlPlane;
        this.api = api;
        this.database = database;
        this.build = api.build("counter.js", "{\"name\": \"counter\"}");
    }

    @Test
    void fifty_callers_at_once_get_one_actor() {
        controlPlane.agent("busy", 1_000_000, 1_000_000);

        var answers = atOnce("busy", "fifty");

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(answers.stream().map(KeysTest::id).distinct()).hasSize(1);
        assertThat(answers.stream()
                        .filter(answer -> answer.body().at("/created").asBoolean()))
                .hasSize(1);
        assertThat(rows("fifty")).isEqualTo(1);
        assertThat(reservedIn("busy")).isEqualTo(runningIn("busy") * 256);
    }

    @Test
    void callers_during_a_destruction_all_get_the_successor() {
        var agent = controlPlane.agent("leaving", 10_000, 10_000);
        var old = ActorId.parse(id(put(body("leaving", "leaving"))));
        agent.up(agent.awaitRun(old, 1));
        Api.require(api.delete("/actors/" + old));

        var answers = during(() -> atOnce("leaving", "leaving"), () -> {
            agent.awaitStop(old);
            assertThat(rows("leaving")).isEqualTo(1);
            agent.down(old, 1, DownReason.STOPPED, 0);
        });

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(answers.stream().map(KeysTest::id).distinct()).hasSize(1).doesNotContain(old.toString());
        assertThat(rows("leaving")).isEqualTo(2);
    }

    @Test
    void a_create_with_a_taken_key_is_refused_with_the_name_of_the_holder() {
        var holder = api.actor(body("nowhere", "taken"));
        var before = database.contents();

        var refused = api.post("/actors", body("nowhere", "taken"));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("ACTOR_KEY_TAKEN");
        assertThat(refused.field()).isEqualTo("key");
        assertThat(refused.text("/metadata/actor")).isEqualTo(holder.toString());
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void a_key_is_free_when_its_holder_is_wholly_destroyed_and_not_before() {
        var agent = controlPlane.agent("slow", 10_000, 10_000);
        var old = api.actor(body("slow", "slow"));
        agent.up(agent.awaitRun(old, 1));
        Api.require(api.delete("/actors/" + old));

        assertThat(api.post("/actors", body("slow", "slow")).code()).isEqualTo("ACTOR_KEY_TAKEN");
        agent.awaitStop(old);
        agent.down(old, 1, DownReason.STOPPED, 0);
        await().until(() -> api.state(old).startsWith("destroyed"));
        assertThat(api.post("/actors", body("slow", "slow")).status()).isEqualTo(200);
    }

    @Test
    void what_is_beside_the_key_of_a_live_actor_is_not_looked_at() {
        var holder = put(body("nowhere", "lenient"));

        var found = put("{\"key\": \"lenient\", \"build_tags\": {\"name\": \"no such build\"}}");

        assertThat(id(found)).isEqualTo(id(holder));
        assertThat(found.body().at("/created").asBoolean()).isFalse();
        assertThat(found.text("/actor/key")).isEqualTo("lenient");
    }

    @Test
    void a_put_needs_a_key() {
        var refused = put("{\"tags\": {}, \"build\": \"%s\"}".formatted(build));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("API_BAD_BODY");
        assertThat(refused.field()).isEqualTo("key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "7", "\"a\\u0000b\"", "\"\\ud800\"", "{}", "LONG"})
    void a_bad_key_is_refused_and_changes_nothing(String key) {
        var json = key.equals("LONG") ? "\"" + "é".repeat(128) + "x\"" : key;
        var request = "{\"tags\": {}, \"build\": \"%s\", \"key\": %s}".formatted(build, json);
        var before = database.contents();

        for (var refused : List.of(api.post("/actors", request), put(request))) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("API_BAD_BODY");
        }
        assertThat(database.contents()).isEqualTo(before);
    }

    @Test
    void a_key_of_256_bytes_is_one() {
        assertThat(put(body("nowhere", "é".repeat(128))).status()).isEqualTo(200);
    }

    @Test
    void environments_do_not_share_keys() {
        database.jdbc().sql("""
                insert into environment (project_id, slug) select id, 'other' from project where slug = 'default'
                """).update();
        database.jdbc().sql("""
                insert into build (id, environment_id, name, kind, compression, size_bytes, part_bytes, state, sha256, tags)
                select gen_random_uuid(), e.id, b.name, kind, compression, size_bytes, part_bytes, state, sha256, tags
                from build b, environment e where e.slug = 'other'
                """).update();

        var here = put(body("nowhere", "shared"));
        var there = api.send(api.json("/actors?project=default&environment=other")
                .PUT(BodyPublishers.ofString(
                        "{\"tags\": {}, \"build_tags\": {\"name\": \"counter\"}, \"key\": \"shared\"}")));

        assertThat(there.status()).isEqualTo(200);
        assertThat(id(there)).isNotEqualTo(id(here));
    }

    @Test
    void actors_are_found_by_their_key() {
        var first = api.actor(body("nowhere", "found"));
        Api.require(api.delete("/actors/" + first));
        var second = api.actor(body("nowhere", "found"));

        var live = api.get("/actors?key=found");
        var all = api.get("/actors?key=found&include_destroyed=true");

        assertThat(live.body().at("/actors").findValuesAsString("id")).containsExactly(second.toString());
        assertThat(all.body().at("/actors").findValuesAsString("id"))
                .containsExactly(second.toString(), first.toString());
        assertThat(api.get("/actors?key=" + "k".repeat(257)).field()).isEqualTo("key");
    }

    @Test
    void finding_by_key_reads_an_index_and_not_the_table() {
        database.jdbc().sql("""
                insert into actor (id, environment_id, region, build_id, tags, setup, cpu_millicores, memory_mib, state)
                select gen_random_uuid(), e.id, 'local', b.id, '{}', jsonb_build_object('key', 'many-' || n % 1000), 1, 1,
                    '{"status": "destroyed"}'
                from generate_series(1, 20000) n, environment e, build b
                where e.slug = 'default' and b.environment_id = e.id and b.name = 'counter.js' limit 20000
                """).update();
        database.jdbc().sql("analyze actor").update();

        var holder =
                plan("select id from actor where environment_id = %s and key = 'many-7' and status <> 'destroyed'");
        var listed = plan("""
                select * from actor where environment_id = %s and tags @> '{}' and key = 'many-7'
                order by created_at desc, id desc limit 33""");

        assertThat(holder).contains("actor_live_key").doesNotContain("Seq Scan on actor");
        assertThat(listed).contains("actor_by_key").doesNotContain("Seq Scan on actor");
    }

    private String plan(String query) {
        var environment = "(select id from environment where slug = 'default')";
        return String.join(
                "\n",
                database.jdbc()
                        .sql("explain " + query.formatted(environment))
                        .query((row, _) -> row.getString(1))
                        .list());
    }

    private List<Answer> atOnce(String region, String key) {
        var ready = new CountDownLatch(CALLERS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, CALLERS)
                    .mapToObj(_ -> CompletableFuture.supplyAsync(
                            () -> {
                                ready.countDown();
                                try {
                                    ready.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                                return put(body(region, key));
                            },
                            threads))
                    .toList();
            return calls.stream().map(CompletableFuture::join).toList();
        }
    }

    private static List<Answer> during(Supplier<List<Answer>> calls, Runnable meanwhile) {
        var answers = CompletableFuture.supplyAsync(calls);
        meanwhile.run();
        return answers.join();
    }

    private Answer put(String body) {
        return api.send(api.json("/actors").PUT(BodyPublishers.ofString(body)));
    }

    private String body(String region, String key) {
        database.jdbc()
                .sql("insert into region (id, name) values (:id, :id) on conflict do nothing")
                .param("id", region)
                .update();
        return "{\"tags\": {}, \"build\": \"%s\", \"region\": \"%s\", \"key\": \"%s\"}".formatted(build, region, key);
    }

    private static String id(Answer answer) {
        return Api.require(answer).text("/actor/id");
    }

    private long rows(String key) {
        return number("select count(*) from actor where key = '%s'".formatted(key));
    }

    private long reservedIn(String region) {
        return number("select sum(reserved_memory_mib) from agent where region = '%s'".formatted(region));
    }

    private long runningIn(String region) {
        return number("select count(*) from actor where region = '%s' and agent_id is not null".formatted(region));
    }

    private long number(String sql) {
        return database.jdbc().sql(sql).query(Long.class).single();
    }
}
