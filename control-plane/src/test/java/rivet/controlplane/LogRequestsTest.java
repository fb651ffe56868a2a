package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import tools.jackson.databind.JsonNode;

/** What actors print, as readers get it: in order, once, and as soon as it is there. */
@ControlPlaneTest({"rivet.logs.watch-timeout=1s", "rivet.logs.lines-per-actor=300", "rivet.loops.prune-interval=200ms"})
class LogRequestsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    LogRequestsTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("printing.tar", "{\"name\": \"printing\"}");
    }

    @Test
    void lines_come_back_as_they_were_printed() {
        var agent = controlPlane.agent("printed", 1000, 1024);
        var actor = create("printed");

        agent.log(actor, 1, "first", "", "ünï\u0000cödé 🚀");
        awaitLines(actor, 3);

        var answer = logs("", actor);
        assertThat(lines(answer)).containsExactly("first", "", "ünï\u0000cödé 🚀");
        assertThat(answer.path("actor_ids")).isEqualTo(Api.JSON.readTree("[\"%s\"]".formatted(actor)));
        assertThat(answer.path("streams")).isEqualTo(Api.JSON.readTree("[0, 0, 0]"));
        assertThat(answer.path("actor_indices")).isEqualTo(Api.JSON.readTree("[0, 0, 0]"));
        assertThat(answer.path("timestamps").get(0).asString()).isEqualTo("2026-01-02T03:04:05Z");
    }

    @Test
    void without_a_watch_the_newest_256_are_told_oldest_first() {
        var agent = controlPlane.agent("many", 1000, 1024);
        var actor = create("many");

        agent.log(actor, 1, numbers(0, 280));
        awaitLines(actor, 280);

        assertThat(lines(logs("", actor))).containsExactly(numbers(24, 280));
    }

    @Test
    void a_reader_who_watches_gets_the_next_lines_at_once_and_each_of_them_once() {
        var agent = controlPlane.agent("watched", 1000, 1024);
        var actor = create("watched");
        agent.log(actor, 1, "before");
        awaitLines(actor, 1);
        var seen = logs("", actor);

        var waiting = CompletableFuture.supplyAsync(() -> watch(seen, actor));
        agent.log(actor, 1, "one");
        var next = untilLines(waiting.join(), actor);
        agent.log(actor, 1, "two", "three");
        awaitLines(actor, 4);

        assertThat(lines(next)).containsExactly("one");
        assertThat(lines(watch(next, actor))).containsExactly("two", "three");
        assertThat(lines(watch(seen, actor))).containsExactly("one", "two", "three");
    }

    @Test
    void a_reader_who_watches_in_vain_is_answered_with_nothing_and_may_go_on() {
        controlPlane.agent("quiet", 1000, 1024);
        var actor = create("quiet");
        var seen = logs("", actor);

        var answer = watch(seen, actor);

        assertThat(lines(answer)).isEmpty();
        assertThat(answer.at("/watch/index")).isEqualTo(seen.at("/watch/index"));
    }

    @Test
    void several_actors_are_read_together_and_told_apart() {
        var agent = controlPlane.agent("both", 1000, 1024);
        var one = create("both");
        var two = create("both");
        agent.log(one, 1, "of one");
        agent.log(two, 1, "of two");
        awaitLines(two, 1);

        var answer = logs("", one, two);

        assertThat(lines(answer)).containsExactly("of one", "of two");
        var ids = answer.path("actor_ids");
        var indices = answer.path("actor_indices");
        assertThat(ids.get(indices.get(0).asInt()).asString()).isEqualTo(one.toString());
        assertThat(ids.get(indices.get(1).asInt()).asString()).isEqualTo(two.toString());
    }

    @Test
    void one_stream_can_be_read_alone() {
        var agent = controlPlane.agent("streams", 1000, 1024);
        var actor = create("streams");
        agent.log(actor, 1, "out");
        awaitLines(actor, 1);

        assertThat(lines(logs("&stream=std_out", actor))).containsExactly("out");
        assertThat(lines(logs("&stream=std_err", actor))).isEmpty();
    }

    @Test
    void lines_of_an_actor_that_does_not_exist_hurt_nobody() {
        var agent = controlPlane.agent("ghosts", 1000, 1024);
        var actor = create("ghosts");

        agent.log(ActorId.random(), 1, "boo");
        agent.log(actor, 1, "still here");

        awaitLines(actor, 1);
    }

    @Test
    void the_oldest_lines_beyond_the_limit_are_removed() {
        var agent = controlPlane.agent("bounded", 1000, 1024);
        var actor = create("bounded");

        agent.log(actor, 1, numbers(0, 400));

        awaitLines(actor, 300);
        var seen = database.jdbc()
                .sql("select convert_from(line, 'UTF8') from actor_log where actor_id = :actor order by id limit 1")
                .param("actor", actor.value())
                .query((row, _) -> row.getString(1))
                .single();
        assertThat(seen).isEqualTo("100");
    }

    @Test
    void lines_and_diary_entries_are_removed_when_they_are_too_old() {
        var agent = controlPlane.agent("aged", 1000, 1024);
        var actor = create("aged");
        agent.log(actor, 1, "old");
        awaitLines(actor, 1);

        database.jdbc().sql("""
                        with lines as (update actor_log set stored_at = stored_at - interval '15 days' where actor_id = :actor)
                        update actor_event set at = at - interval '15 days' where actor_id = :actor
                        """).param("actor", actor.value()).update();

        awaitLines(actor, 0);
        await().atMost(SOON)
                .until(() -> database.jdbc()
                                .sql("select count(*) from actor_event where actor_id = :actor")
                                .param("actor", actor.value())
                                .query(Long.class)
                                .single()
                        == 0);
        Api.require(api.get("/actors/" + actor));
    }

    private ActorId create(String region) {
        return api.actor(
                "{\"tags\": {}, \"build_tags\": {\"name\": \"printing\"}, \"region\": \"%s\"}".formatted(region));
    }

    private JsonNode logs(String rest, ActorId... actors) {
        var ids = Api.encoded(Api.JSON.writeValueAsString(
                Arrays.stream(actors).map(ActorId::toString).toList()));
        return Api.require(api.get("/actors/logs?actor_ids_json=" + ids + rest)).body();
    }

    private JsonNode watch(JsonNode seen, ActorId actor) {
        return logs("&watch_index=" + seen.at("/watch/index").asString(), actor);
    }

    /** A watch may end without lines; whoever wants them asks again. */
    private JsonNode untilLines(JsonNode answer, ActorId actor) {
        var latest = answer;
        while (lines(latest).isEmpty()) {
            latest = watch(latest, actor);
        }
        return latest;
    }

    private void awaitLines(ActorId actor, long count) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(database.jdbc()
                                .sql("select count(*) from actor_log where actor_id = :actor")
                                .param("actor", actor.value())
                                .query(Long.class)
                                .single())
                        .isEqualTo(count));
    }

    private static List<String> lines(JsonNode answer) {
        return answer.path("lines")
                .valueStream()
                .map(line -> new String(Base64.getDecoder().decode(line.asString()), StandardCharsets.UTF_8))
                .toList();
    }

    private static String[] numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toArray(String[]::new);
    }
}
