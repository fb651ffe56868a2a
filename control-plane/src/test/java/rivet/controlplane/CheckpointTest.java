package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.controlplane.checkpoint.Checkpoints;
import rivet.controlplane.database.Chunks;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** What agents bring of actors' directories, and are told to start with. */
@ControlPlaneTest
class CheckpointTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final DirCalls dirs;
    private final Map<String, SimulatedAgent> agents = new HashMap<>();

    CheckpointTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.dirs = new DirCalls(api);
    }

    @BeforeAll
    static void build(Api api) {
        api.build("first.tar", "{\"name\": \"first\"}");
    }

    @Test
    void a_directory_is_asked_for_with_its_quota() {
        var agent = controlPlane.agent("quota", 250, 256);
        var actor = create("quota");

        assertThat(agent.awaitRun(actor, 1).spec().dirQuotaBytes()).isEqualTo(1 << 20);
        assertThat(Api.require(api.get("/actors/" + actor)).text("/actor/storage/dir/quota_bytes"))
                .isEqualTo("1048576");
        assertThat(api.post("/actors", """
                {"tags": {}, "build_tags": {"name": "first"}, "storage": {"dir": {"quota_bytes": 1000}}}""").code()).isEqualTo("API_BAD_BODY");
    }

    @Test
    void the_first_start_begins_with_nothing_and_the_next_where_it_was_needs_nothing() {
        var actor = started("same", 1);
        assertThat(dirs.open(actor, 1, 0)).isEqualTo("keep false, checkpoint none");
        restarted(actor, "same", 2);

        assertThat(dirs.open(actor, 2, 1)).isEqualTo("keep true, checkpoint none");
        // Its answer may have been lost.
        assertThat(dirs.open(actor, 2, 1)).isEqualTo("keep true, checkpoint none");
        assertThat(dirs.open(actor, 1, 0)).isEqualTo("STALE_GENERATION");
    }

    @Test
    void a_start_elsewhere_gets_the_newest_checkpoint_whole() throws Exception {
        var actor = started("elsewhere", 1);
        dirs.open(actor, 1, 0);
        var bytes = new byte[2_500_000];
        new Random(7).nextBytes(bytes);
        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "stopped", new byte[] {1, 2, 3}))
                .isEqualTo("1");
        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "stopped", bytes)).isEqualTo("2");
        restarted(actor, "elsewhere", 2);

        assertThat(dirs.open(actor, 2, 0)).isEqualTo("keep false, checkpoint 2 of 2500000 bytes");

        assertThat(dirs.content(actor, 2)).isEqualTo(bytes);
        assertThat(notes(actor)).contains("checkpoint 2, taken").doesNotContain("lost");
    }

    @Test
    void what_was_written_after_a_checkpoint_is_said_to_be_lost_with_its_agent() {
        var actor = started("lost", 1);
        dirs.open(actor, 1, 0);
        dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1});
        restarted(actor, "lost", 2);

        assertThat(dirs.open(actor, 2, 0)).isEqualTo("keep false, checkpoint 1 of 1 bytes");

        assertThat(notes(actor)).contains("what generation 1 wrote after that is lost");
        // A copy of it that another agent still has is of the past, whatever it holds.
        restarted(actor, "lost", 3);
        assertThat(dirs.open(actor, 3, 1)).isEqualTo("keep false, checkpoint 1 of 1 bytes");
        assertThat(Api.require(api.get("/actors/" + actor + "/explain")).text("/message"))
                .doesNotContain("is lost");
    }

    @Test
    void what_a_generation_left_counts_until_the_next_opens_the_directory() {
        var actor = started("fence", 1);
        dirs.open(actor, 1, 0);
        restarted(actor, "fence", 2);

        // Its agent was away for long, and brings it now that it is back.
        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "stopped", new byte[] {1}))
                .isEqualTo("1");
        assertThat(dirs.open(actor, 2, 0)).isEqualTo("keep false, checkpoint 1 of 1 bytes");

        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "stopped", new byte[] {1, 2}))
                .isEqualTo("STALE_GENERATION");
        assertThat(left(actor)).isEqualTo(1);
    }

    /** What it asks for has the store in it, and that is its successor's already. */
    @Test
    void what_a_generation_asks_for_counts_until_the_next_is_begun() {
        var actor = started("asks", 1);
        dirs.open(actor, 1, 0);
        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1}))
                .isEqualTo("1");
        restarted(actor, "asks", 2);

        assertThat(dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {1, 2}))
                .isEqualTo("STALE_GENERATION");

        assertThat(numbers(actor)).isEqualTo("1");
        assertThat(left(actor)).isEqualTo(1);
    }

    @Test
    void one_that_is_still_coming_when_the_next_opens_the_directory_does_not_count() throws Exception {
        var actor = started("overtaken", 1);
        dirs.open(actor, 1, 0);
        var bytes = new SubmissionPublisher<ByteBuffer>();
        var body = BodyPublishers.fromPublisher(bytes);
        var taken = CompletableFuture.supplyAsync(
                () -> dirs.take(actor, 1, UUID.randomUUID(), "stopped", body, DirCalls.sha256(new byte[] {1, 2}), 2));
        await().atMost(SOON).until(bytes::hasSubscribers);
        bytes.submit(ByteBuffer.wrap(new byte[] {1}));
        await().atMost(SOON).until(() -> left(actor) == 1);
        restarted(actor, "overtaken", 2);
        assertThat(dirs.open(actor, 2, 0)).isEqualTo("keep false, checkpoint none");

        bytes.submit(ByteBuffer.wrap(new byte[] {2}));
        bytes.close();

        assertThat(taken.get(20, TimeUnit.SECONDS)).isEqualTo("STALE_GENERATION");
        assertThat(left(actor)).isZero();
    }

    @Test
    void one_that_is_not_whole_is_none_and_the_same_again_is_no_second_one() {
        var actor = started("whole", 1);
        dirs.open(actor, 1, 0);
        var id = UUID.randomUUID();

        assertThat(dirs.take(actor, 1, id, "stopped", new byte[] {1, 2}, DirCalls.sha256(new byte[] {1, 3}), 2))
                .isEqualTo("UPLOAD_INVALID");
        assertThat(dirs.take(actor, 1, id, "stopped", new byte[] {1}, DirCalls.sha256(new byte[] {1}), 2))
                .isEqualTo("UPLOAD_INVALID");
        assertThat(dirs.take(actor, 1, id, "stopped", new byte[] {1, 2})).isEqualTo("1");
        assertThat(dirs.take(actor, 1, id, "stopped", new byte[] {1, 2})).isEqualTo("1");
    }

    @Test
    void one_that_is_still_coming_is_given_up_when_that_takes_too_long_and_not_before() {
        var actor = started("coming", 1);
        dirs.open(actor, 1, 0);
        var content = new byte[] {1, 2};
        var bytes = new SubmissionPublisher<ByteBuffer>();
        var body = BodyPublishers.fromPublisher(bytes);
        var taken = CompletableFuture.supplyAsync(
                () -> dirs.take(actor, 1, UUID.randomUUID(), "stopped", body, DirCalls.sha256(content), 2));
        await().atMost(SOON).until(bytes::hasSubscribers);
        bytes.submit(ByteBuffer.wrap(new byte[] {1}));
        await().atMost(SOON).until(() -> left(actor) == 1);

        controlPlane.bean(Checkpoints.class).prune();
        assertThat(left(actor)).isEqualTo(1);

        longAgo(actor);
        controlPlane.bean(Checkpoints.class).prune();
        assertThat(left(actor)).isZero();
        bytes.close();
        await().atMost(SOON).until(taken::isDone);
    }

    /** An agent that was not answered in time brings it again, while the first try waits for its turn to be counted. */
    @Test
    void a_try_that_another_has_taken_the_place_of_does_not_count_for_it() throws Exception {
        var actor = started("again", 1);
        dirs.open(actor, 1, 0);
        var id = UUID.randomUUID();
        var content = new byte[] {1, 2};
        var bytes = new SubmissionPublisher<ByteBuffer>();
        CompletableFuture<String> first;
        CompletableFuture<String> second;
        var database = controlPlane.database();
        try (var counting = DriverManager.getConnection(database.url(), database.user(), database.password());
                var lock = counting.createStatement()) {
            lock.execute("select pg_advisory_lock(hashtextextended('checkpoint %s', 0))".formatted(actor));
            first = CompletableFuture.supplyAsync(() -> dirs.take(actor, 1, id, "stopped", content));
            await().atMost(SOON).until(() -> chunks(id) == 1);
            second = begun(actor, id, content, bytes);
            bytes.submit(ByteBuffer.wrap(new byte[] {1}));
            await().atMost(SOON).until(() -> chunks(id) == 0);
        }

        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("CHECKPOINT_OVERTAKEN");

        bytes.submit(ByteBuffer.wrap(new byte[] {2}));
        bytes.close();
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("1");
        assertThat(dirs.content(actor, 1)).isEqualTo(content);
    }

    /** Its connection died, which nobody was told. */
    @Test
    void a_try_that_stands_still_takes_nothing_from_the_one_after_it() throws Exception {
        var actor = started("still", 1);
        dirs.open(actor, 1, 0);
        var id = UUID.randomUUID();
        var content = new byte[Chunks.BYTES + 2];
        new Random(11).nextBytes(content);
        var stuck = new SubmissionPublisher<ByteBuffer>();
        var first = begun(actor, id, content, stuck);
        submit(stuck, content, 0, Chunks.BYTES + 1);
        await().atMost(SOON).until(() -> chunks(id) == 1);
        var bytes = new SubmissionPublisher<ByteBuffer>();
        var second = begun(actor, id, content, bytes);
        submit(bytes, content, 0, 1);
        await().atMost(SOON).until(() -> chunks(id) == 0);

        submit(stuck, content, Chunks.BYTES + 1, content.length);
        stuck.close();
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("CHECKPOINT_OVERTAKEN");

        submit(bytes, content, 1, content.length);
        bytes.close();
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("1");
        assertThat(dirs.content(actor, 1)).isEqualTo(content);
    }

    private CompletableFuture<String> begun(
            ActorId actor, UUID id, byte[] content, SubmissionPublisher<ByteBuffer> bytes) {
        var taken = CompletableFuture.supplyAsync(() -> dirs.take(
                actor,
                1,
                id,
                "stopped",
                BodyPublishers.fromPublisher(bytes),
                DirCalls.sha256(content),
                content.length));
        await().atMost(SOON).until(bytes::hasSubscribers);
        return taken;
    }

    private static void submit(SubmissionPublisher<ByteBuffer> bytes, byte[] content, int from, int to) {
        bytes.submit(ByteBuffer.wrap(content, from, to - from));
    }

    @Test
    void the_last_five_are_kept_and_none_of_an_actor_that_is_destroyed() {
        var other = started("keeps-its-own", 1);
        dirs.open(other, 1, 0);
        dirs.take(other, 1, UUID.randomUUID(), "asked", new byte[] {1});
        var agent = controlPlane.agent("keep", 250, 256);
        var actor = create("keep");
        agent.up(agent.awaitRun(actor, 1));
        dirs.open(actor, 1, 0);
        for (int n = 1; n <= 7; n++) {
            assertThat(dirs.take(actor, 1, UUID.randomUUID(), "asked", new byte[] {(byte) n}))
                    .isEqualTo(Integer.toString(n));
        }
        assertThat(numbers(actor)).isEqualTo("3 4 5 6 7");

        longAgo(actor);
        controlPlane.bean(Checkpoints.class).prune();
        assertThat(numbers(actor)).as("however old they are").isEqualTo("3 4 5 6 7");

        Api.require(api.delete("/actors/" + actor));
        assertThat(agent.awaitStop(actor).forGood()).isTrue();
        agent.down(actor, 1, DownReason.STOPPED, 0);
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).startsWith("destroyed"));

        controlPlane.bean(Checkpoints.class).prune();
        assertThat(left(actor)).isZero();
        assertThat(numbers(other)).as("another actor's").isEqualTo("1");
    }

    @Test
    void too_much_in_a_directory_is_told() {
        var actor = started("over", 1);

        Api.require(api.send(
                dirs.request("%s/1/over-quota?bytes=7&quota=5".formatted(actor)).POST(BodyPublishers.noBody())));

        assertThat(notes(actor)).contains("7 bytes are in its directory (expected: at most 5)");
    }

    private long left(ActorId actor) {
        return controlPlane
                .database()
                .jdbc()
                .sql("select count(*) from checkpoint where actor_id = :actor")
                .param("actor", actor.value())
                .query(Long.class)
                .single();
    }

    private long chunks(UUID checkpoint) {
        return controlPlane
                .database()
                .jdbc()
                .sql("select count(*) from checkpoint_chunk where checkpoint_id = :id")
                .param("id", checkpoint)
                .query(Long.class)
                .single();
    }

    private String numbers(ActorId actor) {
        return controlPlane
                .database()
                .jdbc()
                .sql("select string_agg(number::text, ' ' order by number) from checkpoint where actor_id = :actor")
                .param("actor", actor.value())
                .query(String.class)
                .single();
    }

    private void longAgo(ActorId actor) {
        controlPlane
                .database()
                .jdbc()
                .sql("update checkpoint set taken_at = taken_at - interval '1 year' where actor_id = :actor")
                .param("actor", actor.value())
                .update();
    }

    private ActorId started(String region, long generation) {
        var agent = controlPlane.agent(region, 250, 256);
        agents.put(region, agent);
        var actor = create(region);
        agent.up(agent.awaitRun(actor, generation));
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo("running"));
        return actor;
    }

    private void restarted(ActorId actor, String region, long generation) {
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        var agent = Objects.requireNonNull(agents.get(region));
        agent.awaitStop(actor);
        agent.down(actor, generation - 1, DownReason.STOPPED, 0);
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).startsWith("sleeping"));
        Api.require(api.post("/actors/" + actor + "/wake", ""));
        agent.up(agent.awaitRun(actor, generation));
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo("running"));
    }

    private ActorId create(String region) {
        return api.actor("""
                {"tags": {}, "build_tags": {"name": "first"}, "region": "%s", "storage": {"dir": {"quota_bytes": 1048576}}}""".formatted(region));
    }

    private String notes(ActorId actor) {
        return Api.require(api.get("/actors/" + actor + "/events"))
                .body()
                .get("events")
                .findValuesAsString("message")
                .toString();
    }
}
