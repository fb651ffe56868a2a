package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import rivet.actor.KvKey;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Check;
import rivet.protocol.kv.KvRequest.Mutation;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import tools.jackson.databind.JsonNode;

/** Actors are brought back to what they were, and nothing that comes late from before lands on top of that. */
@ControlPlaneTest
class RestoreTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final StoreCalls stores;
    private final DirCalls dirs;

    RestoreTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.stores = new StoreCalls(controlPlane.uri());
        this.dirs = new DirCalls(api);
    }

    @BeforeAll
    static void build(Api api) {
        api.build("restored.tar", "{\"name\": \"restored\"}");
    }

    @Test
    void store_and_directory_are_as_they_were_and_as_they_were_before_that_again() throws Exception {
        var agent = agent("there-and-back");
        var actor = running(agent, "there-and-back", true);
        dirs.open(actor, 1, 0);
        put(actor, 1, 1, "a", 1, "b", 2);
        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1}))
                .isEqualTo("1");
        put(actor, 1, 2, "a", 3, "c", 4);
        write(actor, 1, 3, new Mutation.Delete(key("b")));
        asleep(agent, actor, 1, new byte[] {1, 2});

        var restored = Api.require(restore(actor, 1));

        assertThat(restored.text("/checkpoint/kv/entries")).isEqualTo("2");
        assertThat(restored.text("/undo")).isEqualTo("3");
        assertThat(restored.text("/lost")).isEmpty();
        assertThat(entries(actor)).containsExactly("[\"a\"]=1", "[\"b\"]=2");
        assertThat(stored(actor)).isEqualTo(counted(actor));
        assertThat(all(actor))
                .containsExactly(
                        "4 restored of 1: - 1", "3 before_restore of 1: 2 2", "2 stopped: - 2", "1 asked: 2 1");

        woken(agent, actor, 3);
        assertThat(dirs.open(actor, 3, 1)).isEqualTo("keep false, checkpoint 4 of 1 bytes");
        assertThat(dirs.content(actor, 4)).containsExactly(1);
        asleep(agent, actor, 3, new byte[] {9, 9, 9});

        Api.require(restore(actor, 3));

        assertThat(entries(actor)).containsExactly("[\"a\"]=3", "[\"c\"]=4");
        woken(agent, actor, 5);
        assertThat(dirs.open(actor, 5, 3)).isEqualTo("keep false, checkpoint 7 of 2 bytes");
        assertThat(dirs.content(actor, 7)).containsExactly(1, 2);
        assertThat(timeline(actor, "restored"))
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.path("by").asString()).startsWith("caller:"));
    }

    @Test
    void versions_go_on_so_that_what_was_read_before_is_not_taken_for_what_is_there_now() {
        var agent = agent("versions");
        var actor = running(agent, "versions", false);
        put(actor, 1, 1, "a", 1);
        assertThat(dirs.takeStore(actor, 1, UUID.randomUUID())).isEqualTo("1");
        put(actor, 1, 2, "b", 1);
        asleep(agent, actor, 1);
        Api.require(restore(actor, 1));
        woken(agent, actor, 3);

        var check = new Check(key("a"), 1);
        var compared = stores.write(actor, 3, 1, 0, new KvRequest.Write(List.of(check), List.of(value("a", 7))));
        var added = (KvAnswer.Written) write(actor, 3, 2, new Mutation.Add(key("a"), 10));

        assertThat(code(compared)).isEqualTo(Code.CONFLICT);
        assertThat(added.sums()).containsExactly(11L);
        assertThat(added.version()).isEqualTo(4);
    }

    @Test
    void what_the_last_process_wrote_and_comes_after_the_restore_is_refused() {
        var agent = agent("late");
        var actor = running(agent, "late", true);
        dirs.open(actor, 1, 0);
        put(actor, 1, 1, "a", 1);
        dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1});
        put(actor, 1, 2, "a", 2);
        asleep(agent, actor, 1, new byte[] {2});
        Api.require(restore(actor, 1));

        var late = write(actor, 1, 3, value("a", 3));
        var compared = write(actor, 1, 4, new Mutation.Add(key("a"), 1));
        var resumed = stores.resumed(actor, 1);
        var read = stores.read(actor, 1, 0, new KvRequest.Get(List.of(key("a"))));
        var dir = dirs.take(actor, 1, UUID.randomUUID(), "stopped", new byte[] {3});

        assertThat(List.of(code(late), code(compared), code(resumed), code(read)))
                .containsOnly(Code.STALE_GENERATION);
        assertThat(dir).isEqualTo("STALE_GENERATION");
        assertThat(entries(actor)).containsExactly("[\"a\"]=1");
        woken(agent, actor, 3);
        assertThat(entries(actor)).containsExactly("[\"a\"]=1");
        assertThat(dirs.open(actor, 3, 1)).startsWith("keep false, checkpoint 4");
    }

    @Test
    void what_is_not_in_the_checkpoint_stays_as_it_is() {
        var agent = agent("parts");
        var actor = running(agent, "parts", true);
        dirs.open(actor, 1, 0);
        put(actor, 1, 1, "a", 1);
        Api.require(api.post(checkpoints(actor), ""));
        put(actor, 1, 2, "a", 2);
        asleep(agent, actor, 1, new byte[] {1, 2});

        Api.require(restore(actor, 1));

        assertThat(entries(actor)).containsExactly("[\"a\"]=1");
        assertThat(all(actor)).containsExactly("3 before_restore of 1: 1 -", "2 stopped: - 2", "1 operator: 1 -");
        woken(agent, actor, 3);
        assertThat(dirs.open(actor, 3, 1)).isEqualTo("keep true, checkpoint none");
        put(actor, 3, 1, "a", 5);
        asleep(agent, actor, 3, new byte[] {3});

        Api.require(restore(actor, 2));

        assertThat(entries(actor)).containsExactly("[\"a\"]=5");
        woken(agent, actor, 5);
        assertThat(dirs.open(actor, 5, 3)).isEqualTo("keep false, checkpoint 6 of 2 bytes");
    }

    @Test
    void only_what_sleeps_is_restored() {
        var agent = agent("refused");
        var actor = running(agent, "refused", false);
        put(actor, 1, 1, "a", 1);
        Api.require(api.post(checkpoints(actor), ""));
        var before = controlPlane.database().contents();

        var running = restore(actor, 1);

        assertThat(running.status()).isEqualTo(409);
        assertThat(running.code()).isEqualTo("ACTOR_NOT_ASLEEP");
        assertThat(running.text("/message")).contains("running", "POST /actors/%s/sleep".formatted(actor));
        assertThat(controlPlane.database().contents()).isEqualTo(before);

        asleep(agent, actor, 1);
        assertThat(restore(actor, 7).status()).isEqualTo(404);
        assertThat(restore(actor, 7).code()).isEqualTo("CHECKPOINT_NOT_FOUND");
        assertThat(api.post(checkpoints(actor) + "/first/restore", "").status()).isEqualTo(400);
        assertThat(api.post("/actors/" + ActorId.random() + "/checkpoints/1/restore", "")
                        .code())
                .isEqualTo("ACTOR_NOT_FOUND");
        woken(agent, actor, 2);
        assertThat(restore(actor, 1).code()).isEqualTo("ACTOR_NOT_ASLEEP");
        Api.require(api.delete("/actors/" + actor));
        assertThat(restore(actor, 1).code()).isEqualTo("ACTOR_DESTROYED");
        agent.awaitStop(actor);
        agent.down(actor, 2, DownReason.STOPPED, 0);
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).startsWith("destroyed"));
        assertThat(restore(actor, 1).code()).isEqualTo("ACTOR_DESTROYED");
        assertThat(api.post(checkpoints(actor), "").code()).isEqualTo("ACTOR_DESTROYED");
    }

    @RepeatedTest(5)
    void who_is_woken_meanwhile_is_woken_before_or_after(RepetitionInfo repetition) {
        var region = "race-" + repetition.getCurrentRepetition();
        var agent = agent(region);
        var actor = running(agent, region, false);
        put(actor, 1, 1, "a", 1);
        dirs.takeStore(actor, 1, UUID.randomUUID());
        put(actor, 1, 2, "a", 2);
        asleep(agent, actor, 1);

        var wake = CompletableFuture.supplyAsync(() -> api.post("/actors/" + actor + "/wake", ""));
        var restored = restore(actor, 1);
        Api.require(wake.join());

        var run = agent.awaitDesired(actor, DesiredActor.Run.class, desired -> desired.generation() > 1);
        if (restored.status() == 200) {
            assertThat(run.generation()).isEqualTo(3);
            assertThat(entries(actor)).containsExactly("[\"a\"]=1");
        } else {
            assertThat(restored.code()).isEqualTo("ACTOR_NOT_ASLEEP");
            assertThat(run.generation()).isEqualTo(2);
            assertThat(entries(actor)).containsExactly("[\"a\"]=2");
        }
    }

    @Test
    void a_checkpoint_of_a_store_alone_counts_once_and_only_of_the_newest_generation() {
        var agent = agent("alone");
        var actor = running(agent, "alone", false);
        var id = UUID.randomUUID();

        assertThat(dirs.takeStore(actor, 1, id)).isEqualTo("1");
        assertThat(dirs.takeStore(actor, 1, id)).isEqualTo("1");
        asleep(agent, actor, 1);
        woken(agent, actor, 2);
        assertThat(dirs.takeStore(actor, 1, UUID.randomUUID())).isEqualTo("STALE_GENERATION");

        assertThat(all(actor)).containsExactly("1 asked: 0 -");
    }

    @Test
    void an_operator_has_the_directory_kept_with_the_store_where_the_actor_sleeps() {
        var agent = agent("operator");
        var actor = running(agent, "operator", true);
        dirs.open(actor, 1, 0);
        put(actor, 1, 1, "a", 1);

        assertThat(Api.require(api.post(checkpoints(actor), "")).text("/checkpoint/dir"))
                .isEmpty();
        asleep(agent, actor, 1, new byte[] {1, 2, 3});
        assertThat(Api.require(api.post(checkpoints(actor), "")).text("/checkpoint/dir/stored_bytes"))
                .isEqualTo("3");

        assertThat(Api.require(api.post(checkpoints(actor), "")).text("/checkpoint/dir/stored_bytes"))
                .as("kept once more")
                .isEqualTo("3");
        woken(agent, actor, 2);
        dirs.open(actor, 2, 0);
        assertThat(timeline(actor, "checkpoint_restored")
                        .getLast()
                        .path("message")
                        .asString())
                .doesNotContain("lost");

        controlPlane.agent("operator-full", 100, 100);
        var waiting = create("operator-full", false);
        assertThat(api.post(checkpoints(waiting), "").code()).isEqualTo("KV_NOT_THERE");
    }

    @Test
    void what_was_asked_for_and_what_was_left_are_counted_apart() {
        var agent = agent("kept");
        var actor = running(agent, "kept", true);
        dirs.open(actor, 1, 0);
        for (int n = 0; n < 7; n++) {
            dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1});
        }
        for (int n = 0; n < 7; n++) {
            dirs.take(actor, 1, UUID.randomUUID(), "stopped", new byte[] {1});
        }
        assertThat(numbers(actor)).containsExactly(14L, 13L, 12L, 11L, 10L, 7L, 6L, 5L, 4L, 3L);

        asleep(agent, actor, 1);
        Api.require(restore(actor, 3));

        // What was brought back stays as long as what replaced it, and the directory it has with it.
        assertThat(numbers(actor)).containsExactly(16L, 15L, 14L, 13L, 12L, 11L, 7L, 6L, 5L, 4L, 3L);
    }

    @Test
    void the_newest_directory_stays_however_many_are_asked_for_without_one() {
        var agent = agent("newest");
        var actor = running(agent, "newest", true);
        dirs.open(actor, 1, 0);
        dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1});
        for (int n = 0; n < 6; n++) {
            Api.require(api.post(checkpoints(actor), ""));
        }

        assertThat(numbers(actor)).containsExactly(7L, 6L, 5L, 4L, 3L, 1L);
        asleep(agent, actor, 1);
        woken(agent, actor, 2);
        assertThat(dirs.open(actor, 2, 0)).isEqualTo("keep false, checkpoint 1 of 1 bytes");
    }

    @Test
    void what_was_brought_back_stays_as_long_as_what_it_replaced() {
        var agent = agent("replaced");
        var actor = running(agent, "replaced", false);
        for (int n = 0; n < 5; n++) {
            dirs.takeStore(actor, 1, UUID.randomUUID());
        }
        asleep(agent, actor, 1);

        Api.require(restore(actor, 1));
        assertThat(numbers(actor)).containsExactly(6L, 5L, 4L, 3L, 2L, 1L);

        Api.require(api.post(checkpoints(actor), ""));
        assertThat(numbers(actor)).containsExactly(7L, 6L, 5L, 4L, 3L, 1L);
    }

    @Test
    void a_directory_stays_as_long_as_one_that_has_it_from_there() {
        var agent = agent("shared");
        var actor = running(agent, "shared", true);
        dirs.open(actor, 1, 0);
        asleep(agent, actor, 1, new byte[] {1, 2, 3});
        Api.require(api.post(checkpoints(actor), ""));

        for (int n = 0; n < 6; n++) {
            dirs.take(actor, 1, UUID.randomUUID(), "stopped", new byte[] {1});
        }

        assertThat(numbers(actor)).containsExactly(8L, 7L, 6L, 5L, 4L, 2L, 1L);
        assertThat(Api.require(restore(actor, 2)).text("/checkpoint/dir/stored_bytes"))
                .isEqualTo("3");
    }

    @Test
    void a_directory_stays_as_long_as_what_was_brought_back_has_it_from_there() {
        var agent = agent("chain");
        var actor = running(agent, "chain", true);
        dirs.open(actor, 1, 0);
        asleep(agent, actor, 1, new byte[] {1, 2, 3});
        Api.require(api.post(checkpoints(actor), ""));
        woken(agent, actor, 2);
        dirs.open(actor, 2, 1);
        asleep(agent, actor, 2, new byte[] {4});
        Api.require(restore(actor, 2));
        woken(agent, actor, 4);
        dirs.open(actor, 4, 2);

        for (int n = 0; n < 4; n++) {
            assertThat(dirs.take(actor, 4, UUID.randomUUID(), "asked", new byte[] {5}))
                    .isEqualTo(Integer.toString(6 + n));
        }
        for (int n = 0; n < 5; n++) {
            assertThat(dirs.take(actor, 4, UUID.randomUUID(), "stopped", new byte[] {6}))
                    .isEqualTo(Integer.toString(10 + n));
        }

        assertThat(numbers(actor)).containsExactly(14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L, 4L, 3L, 2L, 1L);
        asleep(agent, actor, 4);
        assertThat(Api.require(restore(actor, 2)).text("/checkpoint/dir/stored_bytes"))
                .isEqualTo("3");
    }

    /** As if the actor slept all the time: what no process has brought is kept like what one has. */
    @RepeatedTest(3)
    void what_belongs_together_stays_whatever_is_kept_and_brought_back(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var region = "random-" + repetition.getCurrentRepetition();
        var agent = agent(region);
        var actor = running(agent, region, true);
        asleep(agent, actor, 1);
        var made = new TreeMap<Long, JsonNode>(Comparator.reverseOrder());
        long generation = 1;
        for (int step = 0; step < 70; step++) {
            dirs.open(actor, generation, 0);
            switch (made.isEmpty() ? 0 : random.nextInt(5)) {
                case 0 ->
                    assertThat(dirs.take(actor, generation, UUID.randomUUID(), "asked", new byte[] {1}))
                            .containsOnlyDigits();
                case 1, 2 ->
                    assertThat(dirs.take(actor, generation, UUID.randomUUID(), "stopped", new byte[] {1}))
                            .containsOnlyDigits();
                case 3 -> Api.require(api.post(checkpoints(actor), ""));
                default -> {
                    var numbers = numbers(actor);
                    Api.require(restore(actor, numbers.get(random.nextInt(numbers.size()))));
                    generation++;
                }
            }

            checkpointsOf(actor).forEach(one -> made.put(one.path("number").asLong(), one));

            var newest = Stream.concat(
                            made.values().stream()
                                    .filter(RestoreTest::isMadeByItself)
                                    .limit(5),
                            made.values().stream()
                                    .filter(one -> !isMadeByItself(one))
                                    .limit(5))
                    .toList();
            assertThat(numbers(actor))
                    .containsAll(newest.stream()
                            .map(one -> one.path("number").asLong())
                            .toList())
                    .containsAll(newest.stream()
                            .filter(one -> one.has("restores"))
                            .map(one -> one.path("restores").asLong())
                            .toList())
                    .hasSizeLessThanOrEqualTo(
                            4 * 11); // those, one with a directory, what each brought back, and all their directories
        }
    }

    private static boolean isMadeByItself(JsonNode checkpoint) {
        return List.of("stopped", "restored").contains(checkpoint.path("cause").asString());
    }

    @Test
    void a_store_that_is_too_large_is_not_kept_and_so_not_replaced() {
        var agent = agent("large");
        var actor = running(agent, "large", true);
        dirs.open(actor, 1, 0);
        put(actor, 1, 1, "a", 1);
        dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1});
        controlPlane
                .database()
                .jdbc()
                .sql("update kv_head set bytes = 1000000000 where actor_id = :actor")
                .param("actor", actor.value())
                .update();

        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1}))
                .isEqualTo("2");
        assertThat(all(actor)).containsExactly("2 asked: - 1", "1 asked: 1 1");
        assertThat(timeline(actor, "checkpoint_taken").getLast().path("message").asString())
                .contains("its store: nothing, it is too large");
        assertThat(dirs.takeStore(actor, 1, UUID.randomUUID())).isEqualTo("KV_TOO_LARGE_TO_KEEP");
        assertThat(api.post(checkpoints(actor), "").code()).isEqualTo("KV_TOO_LARGE_TO_KEEP");
        asleep(agent, actor, 1);
        assertThat(restore(actor, 1).code()).isEqualTo("KV_TOO_LARGE_TO_KEEP");
        assertThat(all(actor)).hasSize(2);
        assertThat(Api.require(restore(actor, 2)).text("/undo")).isEqualTo("3");
    }

    @Test
    void what_of_a_directory_no_checkpoint_has_is_said_to_be_lost() {
        var agent = agent("lost");
        var actor = running(agent, "lost", true);
        dirs.open(actor, 1, 0);
        dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1});
        asleep(agent, actor, 1);

        var restored = Api.require(restore(actor, 1));

        assertThat(restored.text("/lost")).contains("written to its directory");
        assertThat(timeline(actor, "restored").getFirst().path("message").asString())
                .contains("lost is");
    }

    @Test
    void a_store_of_many_pages_is_brought_back_entry_by_entry() {
        var agent = agent("pages");
        var actor = running(agent, "pages", false);
        put(actor, 1, 1, "a", 1);
        var jdbc = controlPlane.database().jdbc();
        jdbc.sql("""
                insert into kv_entry (actor_id, key, version, value)
                select :actor, decode('09' || lpad(to_hex(n), 8, '0'), 'hex'), 1, decode(repeat(md5(n::text), 100), 'hex')
                from generate_series(1, 3000) as n
                """).param("actor", actor.value()).update();
        jdbc.sql("""
                update kv_head set bytes = (select sum(octet_length(key) + octet_length(value)) from kv_entry where actor_id = :actor)
                where actor_id = :actor
                """).param("actor", actor.value()).update();
        var before = digest(actor);
        long bytes = stored(actor);
        dirs.takeStore(actor, 1, UUID.randomUUID());
        write(actor, 1, 2, new Mutation.DeleteRange(Bytes.EMPTY, Bytes.EMPTY));
        asleep(agent, actor, 1);

        Api.require(restore(actor, 1));

        assertThat(digest(actor)).isEqualTo(before);
        assertThat(stored(actor)).isEqualTo(bytes).isEqualTo(counted(actor));
    }

    private String digest(ActorId actor) {
        return controlPlane
                .database()
                .jdbc()
                .sql(
                        "select md5(string_agg(key::text || value::text, ',' order by key)) from kv_entry where actor_id = :id")
                .param("id", actor.value())
                .query(String.class)
                .single();
    }

    private Api.Answer restore(ActorId actor, long number) {
        return api.post(checkpoints(actor) + "/" + number + "/restore", "");
    }

    private static String checkpoints(ActorId actor) {
        return "/actors/" + actor + "/checkpoints";
    }

    /** Each as {@code number cause of restored: entries of the store, bytes of the directory as stored}. */
    private List<String> all(ActorId actor) {
        return checkpointsOf(actor)
                .map(one -> "%s %s%s: %s %s"
                        .formatted(
                                one.path("number"),
                                one.path("cause").asString(),
                                one.has("restores") ? " of " + one.path("restores") : "",
                                one.at("/kv/entries").asString("-"),
                                one.at("/dir/stored_bytes").asString("-")))
                .toList();
    }

    private List<Long> numbers(ActorId actor) {
        return checkpointsOf(actor).map(one -> one.path("number").asLong()).toList();
    }

    private Stream<JsonNode> checkpointsOf(ActorId actor) {
        return StreamSupport.stream(
                Api.require(api.get(checkpoints(actor)))
                        .body()
                        .path("checkpoints")
                        .spliterator(),
                false);
    }

    private List<JsonNode> timeline(ActorId actor, String reason) {
        return StreamSupport.stream(
                        Api.require(api.get("/actors/" + actor + "/events"))
                                .body()
                                .path("events")
                                .spliterator(),
                        false)
                .filter(event -> event.path("reason").asString("").equals(reason))
                .toList();
    }

    private List<String> entries(ActorId actor) {
        return StreamSupport.stream(
                        Api.require(api.get("/actors/" + actor + "/kv"))
                                .body()
                                .path("entries")
                                .spliterator(),
                        false)
                .map(entry -> entry.path("key") + "=" + entry.path("json"))
                .toList();
    }

    private long stored(ActorId actor) {
        return number("select bytes from kv_head where actor_id = :id", actor);
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

    private static Code code(KvAnswer answer) {
        assertThat(answer).isInstanceOf(KvAnswer.Refused.class);
        return ((KvAnswer.Refused) answer).code();
    }

    private void put(ActorId actor, long generation, long number, Object... keysAndCounters) {
        var mutations = new Mutation[keysAndCounters.length / 2];
        for (int n = 0; n < mutations.length; n++) {
            mutations[n] = value((String) keysAndCounters[2 * n], (Integer) keysAndCounters[2 * n + 1]);
        }
        assertThat(write(actor, generation, number, mutations)).isInstanceOf(KvAnswer.Written.class);
    }

    private KvAnswer write(ActorId actor, long generation, long number, Mutation... mutations) {
        return stores.write(actor, generation, number, 0, new KvRequest.Write(List.of(), List.of(mutations)));
    }

    private static Mutation value(String key, int counter) {
        return new Mutation.Put(key(key), new Bytes(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, (byte) counter}));
    }

    private static Bytes key(String key) {
        return new Bytes(KvKey.of(key).bytes());
    }

    private SimulatedAgent agent(String region) {
        return controlPlane.agent(region, 1000, 1024);
    }

    private ActorId create(String region, boolean dir) {
        return api.actor("{\"tags\": {}, \"build_tags\": {\"name\": \"restored\"}, \"region\": \"%s\"%s}"
                .formatted(region, dir ? ", \"storage\": {\"dir\": {\"quota_bytes\": 1048576}}" : ""));
    }

    private ActorId running(SimulatedAgent agent, String region, boolean dir) {
        var actor = create(region, dir);
        agent.up(agent.awaitRun(actor, 1));
        awaitState(actor, "running");
        return actor;
    }

    private void woken(SimulatedAgent agent, ActorId actor, long generation) {
        Api.require(api.post("/actors/" + actor + "/wake", ""));
        agent.up(agent.awaitRun(actor, generation));
        awaitState(actor, "running");
    }

    /** @param left in its directory */
    private void asleep(SimulatedAgent agent, ActorId actor, long generation, byte[] left) {
        dirs.take(actor, generation, UUID.randomUUID(), "stopped", left);
        asleep(agent, actor, generation);
    }

    private void asleep(SimulatedAgent agent, ActorId actor, long generation) {
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.awaitStop(actor);
        agent.down(actor, generation, DownReason.STOPPED, 0);
        awaitState(actor, "sleeping (sleep_requested)");
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
