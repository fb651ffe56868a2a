package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.actor.KvKey;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation.Put;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;

/** People look into an actor's store, and mend what is wrong there while the actor sleeps. */
@ControlPlaneTest
class InspectTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final byte[] TRUE = {2, (byte) 0xff, 15, 'T'};
    private static final byte[] COUNT_7 = {1, 0, 0, 0, 0, 0, 0, 0, 7};
    private static final byte[] RAW = {0, 'h', 'i'};

    private final Api api;
    private final TestControlPlane controlPlane;
    private final StoreCalls stores;

    InspectTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.stores = new StoreCalls(controlPlane.uri());
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("inspect.tar", "{\"name\": \"inspect\"}");
    }

    @Test
    void keys_and_values_are_shown_as_json_in_order() {
        var actor = running(agent("show"), "show");
        write(actor, 1, put(TRUE, "flag"), put(COUNT_7, "n"), put(RAW, "raw", 2), put(RAW, "raw", 10));

        var all = Api.require(api.get(kv(actor, "")));

        assertThat(keys(all)).containsExactly("[\"flag\"]", "[\"n\"]", "[\"raw\",2]", "[\"raw\",10]");
        assertThat(all.body().at("/entries/0").toString())
                .isEqualTo(
                        "{\"key\":[\"flag\"],\"version\":1,\"size\":4,\"kind\":\"json\",\"json\":true,\"exact\":true,\"base64\":\"/w9U\"}");
        assertThat(all.body().at("/entries/1").path("json").asLong()).isEqualTo(7);
        assertThat(all.body().at("/entries/2").toString())
                .isEqualTo("{\"key\":[\"raw\",2],\"version\":1,\"size\":3,\"kind\":\"bytes\",\"base64\":\"aGk=\"}");
        assertThat(all.body().at("/pagination").toString()).isEqualTo("{}");
    }

    @Test
    void pages_lead_through_all_of_it_both_ways() {
        var actor = running(agent("pages"), "pages");
        write(actor, 1, put(RAW, "a", 1), put(RAW, "a", 2), put(RAW, "a", 3), put(RAW, "ab"), put(RAW, "b"));

        assertThat(walk(actor, "prefix=" + Api.encoded("[\"a\"]")))
                .containsExactly("[\"a\",1]", "[\"a\",2]", "[\"a\",3]");
        assertThat(walk(actor, "prefix=" + Api.encoded("\"a\""))).hasSize(4);
        assertThat(walk(actor, "reverse=true"))
                .startsWith("[\"b\"]", "[\"ab\"]")
                .endsWith("[\"a\",1]");
    }

    @Test
    void what_sleeps_can_be_mended_and_finds_it_when_it_wakes() {
        var agent = agent("mend");
        var actor = asleep(agent, "mend");

        var put = Api.require(
                put(entry(actor), "{\"key\": [\"player\", \"ada\"], \"json\": {\"score\": 12}, \"version\": 0}"));
        Api.require(put(entry(actor), "{\"key\": \"n\", \"counter\": 41}"));
        Api.require(put(entry(actor), "{\"key\": \"gone\", \"base64\": \"aGk=\"}"));
        Api.require(api.delete(entry(actor) + "?key=" + Api.encoded("\"gone\"")));

        assertThat(put.body().at("/version").asLong()).isEqualTo(1);
        assertThat(Api.require(api.get(entry(actor) + "?key=" + Api.encoded("[\"player\",\"ada\"]")))
                        .body()
                        .at("/entry/json")
                        .toString())
                .isEqualTo("{\"score\":12}");
        assertThat(api.get(entry(actor) + "?key=" + Api.encoded("\"gone\"")).code())
                .isEqualTo("KV_NOT_FOUND");
        assertThat(stored(actor)).isEqualTo(counted(actor));

        Api.require(api.post("/actors/" + actor + "/wake", ""));
        var run = agent.awaitDesired(actor, DesiredActor.Run.class, _ -> true);
        agent.up(run);
        var added = (KvAnswer.Written) stores.write(
                actor,
                run.generation(),
                1,
                0,
                new KvRequest.Write(List.of(), List.of(new KvRequest.Mutation.Add(bytes("n"), 1))));

        assertThat(added.sums()).containsExactly(42L);
        assertThat(added.version()).isEqualTo(5);
    }

    /** A program in another language may have any bytes as keys; some of them look like a tuple and are another one, or none. */
    @Test
    void keys_that_are_no_tuples_are_bytes_to_see_and_to_mend() {
        var agent = agent("raw");
        var actor = running(agent, "raw");
        var deep = Collections.<Object>singletonList(1);
        for (int i = 0; i < 600; i++) {
            deep = List.of(deep);
        }
        write(
                actor,
                1,
                put(RAW, "tuple"),
                put(RAW, deep),
                new Put(raw("foo"), new Bytes(TRUE)),
                new Put(raw("@".repeat(2560)), new Bytes(RAW)),
                new Put(raw("foo\u00ff\u00ff"), new Bytes(RAW)),
                new Put(raw("fop"), new Bytes(RAW)),
                new Put(raw(" \u00fe\u0000"), new Bytes(RAW)),
                new Put(raw("\u00ff\u00ff"), new Bytes(RAW)));

        var keys = walk(actor, "");
        assertThat(keys)
                .containsExactly(
                        "[\"tuple\"]",
                        shownRaw(" \u00fe\u0000"),
                        "{\"raw\":\"%s\"}"
                                .formatted(Base64.getEncoder()
                                        .encodeToString(bytes(deep).array())),
                        shownRaw("@".repeat(2560)),
                        shownRaw("foo"),
                        shownRaw("foo\u00ff\u00ff"),
                        shownRaw("fop"),
                        shownRaw("\u00ff\u00ff"));
        assertThat(keys)
                .allSatisfy(key -> assertThat(Api.require(api.get(entry(actor) + "?key=" + Api.encoded(key)))
                                .body()
                                .at("/entry/key")
                                .toString())
                        .isEqualTo(key));
        assertThat(walk(actor, "prefix=" + Api.encoded(shownRaw("foo")))).isEqualTo(keys.subList(4, 6));
        assertThat(walk(actor, "reverse=true&prefix=" + Api.encoded(shownRaw("\u00ff"))))
                .isEqualTo(keys.subList(7, 8));

        sleep(agent, actor);
        Api.require(put(entry(actor), "{\"key\": %s, \"json\": false}".formatted(shownRaw("foo"))));
        Api.require(api.delete(entry(actor) + "?key=" + Api.encoded(shownRaw("fop"))));

        assertThat(Api.require(api.get(entry(actor) + "?key=" + Api.encoded(shownRaw("foo"))))
                        .body()
                        .at("/entry/json")
                        .toString())
                .isEqualTo("false");
        assertThat(walk(actor, "")).hasSize(7).doesNotContain(shownRaw("fop"));
    }

    @Test
    void one_that_runs_is_not_written_to() {
        var actor = running(agent("busy"), "busy");

        var refused = put(entry(actor), "{\"key\": \"n\", \"counter\": 41}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("KV_IN_USE");
        assertThat(refused.text("/message")).contains("running", "POST /actors/%s/sleep".formatted(actor));
        assertThat(api.delete(entry(actor) + "?key=1").code()).isEqualTo("KV_IN_USE");
        assertThat(stored(actor)).isZero();
    }

    /** It was under way for long, or is of a copy on a machine that was cut off. */
    @Test
    void what_comes_late_of_a_copy_that_is_gone_does_not_undo_an_edit() {
        var agent = agent("late");
        var sleeping = asleep(agent, "late");
        var waiting = running(agent, "late");
        write(waiting, 1, put(COUNT_7, "a"));
        Api.require(api.post("/agents/" + agent.id + "/cordon", ""));
        agent.down(waiting, 1, DownReason.EXITED, 1);
        awaitState(waiting, "pending (all_cordoned)");

        for (var actor : List.of(sleeping, waiting)) {
            Api.require(put(entry(actor), "{\"key\": \"a\", \"counter\": 41}"));

            var late = stores.write(actor, 1, 2, 0, new KvRequest.Write(List.of(), List.of(put(RAW, "a"))));

            assertThat(late).isEqualTo(stores.resumed(actor, 1));
            assertThat(((KvAnswer.Refused) late).code()).isEqualTo(KvAnswer.Code.STALE_GENERATION);
            assertThat(Api.require(api.get(kv(actor, ""))).text("/entries/0/json"))
                    .isEqualTo("41");
        }

        Api.require(api.post("/agents/" + agent.id + "/uncordon", ""));
        agent.up(agent.awaitRun(waiting, 3));
        awaitState(waiting, "running");
    }

    @Test
    void a_version_that_has_passed_is_told_and_changes_nothing() {
        var actor = asleep(agent("passed"), "passed");
        Api.require(put(entry(actor), "{\"key\": \"a\", \"json\": 1}"));

        var refused = put(entry(actor), "{\"key\": \"a\", \"json\": 2, \"version\": 99}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("KV_CONFLICT");
        assertThat(Api.require(api.get(entry(actor) + "?key=" + Api.encoded("\"a\"")))
                        .body()
                        .at("/entry/json")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void one_that_never_ran_has_no_store_and_one_that_is_destroyed_none_any_more() {
        controlPlane.agent("full", 100, 100);
        var waiting = api.actor("{\"tags\": {}, \"build_tags\": {\"name\": \"inspect\"}, \"region\": \"full\"}");
        assertThat(put(entry(waiting), "{\"key\": 1, \"json\": 1}").code()).isEqualTo("KV_NOT_THERE");

        Api.require(api.delete("/actors/" + waiting));

        assertThat(put(entry(waiting), "{\"key\": 1, \"json\": 1}").code()).isEqualTo("ACTOR_DESTROYED");
    }

    @Test
    void whoever_looked_into_it_is_in_the_audit_trail_with_what_was_asked() {
        var actor = running(agent("looked"), "looked");
        write(actor, 1, put(RAW, "secret"));

        api.get(kv(actor, "?prefix=" + Api.encoded("[\"secret\"]")));
        api.get(entry(actor) + "?key=" + Api.encoded("\"secret\""));
        api.get(entry(actor) + "?key=1");

        var trail = Api.require(api.get("/audit"));
        assertThat(IntStream.range(0, 3)
                        .mapToObj(at -> trail.body().at("/entries/" + at))
                        .map(one -> "%s, %s: %s"
                                .formatted(
                                        one.path("operation").asString(),
                                        one.path("target").asString(),
                                        one.path("outcome").asString())))
                .containsExactly(
                        "GET /actors/{id}/kv/entry, %s?key=1: KV_NOT_FOUND".formatted(entry(actor)),
                        "GET /actors/{id}/kv/entry, %s?key=\"secret\": ok".formatted(entry(actor)),
                        "GET /actors/{id}/kv, %s?prefix=[\"secret\"]: ok".formatted(kv(actor, "")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"json\": 1} | key",
                "{\"key\": {\"a\": 1}, \"json\": 1} | key",
                "{\"key\": [], \"json\": 1} | key",
                "{\"key\": {\"raw\": \"\"}, \"json\": 1} | key",
                "{\"key\": {\"raw\": \"?\"}, \"json\": 1} | key",
                "{\"key\": [{\"raw\": \"Zm9v\"}], \"json\": 1} | key",
                "{\"key\": 1} | json",
                "{\"key\": 1, \"json\": 1, \"counter\": 1} | json",
                "{\"key\": 1, \"base64\": \"?\"} | base64",
            })
    void what_is_wrong_is_named(String body, String field) {
        var region = "wrong-" + Integer.toHexString(body.hashCode());

        var refused = put(entry(asleep(agent(region), region)), body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.field()).isEqualTo(field);
    }

    private List<String> walk(ActorId actor, String query) {
        var keys = new ArrayList<String>();
        var cursor = "";
        do {
            var page = Api.require(api.get(kv(actor, "?limit=2&" + query + cursor)));
            keys.addAll(keys(page));
            var next = page.text("/pagination/cursor");
            cursor = next.isEmpty() ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());
        return keys;
    }

    private static List<String> keys(Api.Answer page) {
        return StreamSupport.stream(page.body().at("/entries").spliterator(), false)
                .map(entry -> entry.get("key").toString())
                .toList();
    }

    private static String kv(ActorId actor, String query) {
        return "/actors/" + actor + "/kv" + query;
    }

    private static String entry(ActorId actor) {
        return kv(actor, "/entry");
    }

    private long stored(ActorId actor) {
        return number("select coalesce(max(bytes), 0) from kv_head where actor_id = :id", actor);
    }

    private long counted(ActorId actor) {
        return number("select sum(octet_length(key) + octet_length(value)) from kv_entry where actor_id = :id", actor);
    }

    private long number(String query, ActorId actor) {
        return controlPlane
                .database()
                .jdbc()
                .sql(query)
                .param("id", actor.value())
                .query(Long.class)
                .single();
    }

    private Api.Answer put(String path, String body) {
        return api.send(api.json(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    private void write(ActorId actor, long number, KvRequest.Mutation... mutations) {
        assertThat(stores.write(actor, 1, number, 0, new KvRequest.Write(List.of(), List.of(mutations))))
                .isInstanceOf(KvAnswer.Written.class);
    }

    private static Put put(byte[] value, Object... key) {
        return new Put(bytes(key), new Bytes(value));
    }

    private static Bytes bytes(Object... key) {
        return new Bytes(KvKey.of(key).bytes());
    }

    /** @param latin a byte for each character */
    private static Bytes raw(String latin) {
        return new Bytes(latin.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String shownRaw(String latin) {
        return "{\"raw\":\"%s\"}"
                .formatted(Base64.getEncoder().encodeToString(raw(latin).array()));
    }

    private ActorId asleep(SimulatedAgent agent, String region) {
        var actor = running(agent, region);
        sleep(agent, actor);
        return actor;
    }

    private void sleep(SimulatedAgent agent, ActorId actor) {
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.awaitStop(actor);
        agent.down(actor, 1, DownReason.STOPPED, 0);
        awaitState(actor, "sleeping (sleep_requested)");
    }

    private SimulatedAgent agent(String region) {
        return controlPlane.agent(region, 1000, 1024);
    }

    private ActorId running(SimulatedAgent agent, String region) {
        var actor = api.actor(
                "{\"tags\": {}, \"build_tags\": {\"name\": \"inspect\"}, \"region\": \"%s\", \"lifecycle\": {\"durable\": true}}"
                        .formatted(region));
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");
        return actor;
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
