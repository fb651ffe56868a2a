package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvAnswer.Refused;
import rivet.protocol.kv.KvAnswer.Written;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.Mutation.Add;
import rivet.protocol.kv.KvRequest.Mutation.Delete;
import rivet.protocol.kv.KvRequest.Mutation.DeleteRange;
import rivet.protocol.kv.KvRequest.Mutation.Put;
import rivet.protocol.kv.KvWire;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;

/** What actors remember, as an agent brings it and finds it again. */
@ControlPlaneTest({"rivet.actors.backoff-base=10ms", "rivet.loops.prune-interval=200ms"})
class KvTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Executor THREADS = Thread::startVirtualThread;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;
    private final StoreCalls stores;

    KvTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
        this.stores = new StoreCalls(controlPlane.uri());
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("kv.tar", "{\"name\": \"kv\"}");
    }

    @AfterAll
    static void close() {
        HTTP.close();
    }

    @Test
    void what_is_put_is_found_in_order_and_can_be_deleted() {
        var actor = running("kv-put");

        var written = write(actor, 1, 1, put("b", "2"), put("a", "1"), put("c", "3"), put("d", "4"));

        assertThat(written).isEqualTo(new Written(1, List.of()));
        assertThat(read(actor, 1, new KvRequest.Get(List.of(bytes("b"), bytes("x")))))
                .isEqualTo(new KvAnswer.Found(
                        List.of(new KvAnswer.Value(1, bytes("2")), new KvAnswer.Value(0, Bytes.EMPTY))));
        assertThat(keys(actor, range("a", "c", false, 10))).containsExactly("a", "b");
        assertThat(keys(actor, range("b", "", true, 2))).containsExactly("d", "c");
        assertThat(((KvAnswer.Listed) read(actor, 1, range("", "", false, 3))).more())
                .isTrue();
        assertThat(((KvAnswer.Listed) read(actor, 1, range("", "", false, 4))).more())
                .isFalse();

        write(actor, 1, 2, new Delete(bytes("a")), new DeleteRange(bytes("c"), Bytes.EMPTY), put("e", "5"));

        assertThat(keys(actor, range("", "", false, 10))).containsExactly("b", "e");
        assertThat(size(actor)).isEqualTo(4);
    }

    @Test
    void a_list_ends_where_an_answer_is_full_and_says_that_there_is_more() {
        var actor = running("kv-long");
        var value = new Bytes(new byte[120 << 10]);
        for (int i = 0; i < 10; i++) {
            write(actor, 1, i + 1, new Put(bytes("k" + i), value));
        }

        var forward = (KvAnswer.Listed) read(actor, 1, range("", "", false, 1000));
        var backward = (KvAnswer.Listed) read(actor, 1, range("", "", true, 1000));

        assertThat(((KvAnswer.Listed) read(actor, 1, range("", "", false, 8))).more())
                .isTrue();
        assertThat(forward.entries()).hasSize(8);
        assertThat(forward.more()).isTrue();
        assertThat(backward.entries().getFirst().key()).isEqualTo(bytes("k9"));
        assertThat(backward.more()).isTrue();
    }

    @Test
    void the_same_batch_again_changes_nothing_and_is_answered_as_before() {
        var actor = running("kv-retry");
        write(actor, 1, 1, new Add(bytes("n"), 5));
        var first = write(actor, 1, 2, new Add(bytes("n"), 2));

        var again = write(actor, 1, 2, new Add(bytes("n"), 2));
        var late = write(actor, 1, 1, new Add(bytes("n"), 5));

        assertThat(first).isEqualTo(new Written(2, List.of(7L)));
        assertThat(again).isEqualTo(first);
        assertThat(((Refused) late).code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(counter(actor, 1)).isEqualTo(7);
    }

    /** An agent that was restarted does not know how far it had come, and what it sent before must not come later. */
    @Test
    void numbers_go_on_above_all_that_was_under_way() {
        var actor = running("kv-resume");
        write(actor, 1, 7, new Add(bytes("n"), 5));

        long last = ((Written) stores.resumed(actor, 1)).version();

        assertThat(write(actor, 1, last + 1, new Add(bytes("n"), 1))).isEqualTo(new Written(2, List.of(6L)));
        assertThat(((Refused) write(actor, 1, 8, new Add(bytes("n"), 1))).code())
                .isEqualTo(Code.UNAVAILABLE);
        assertThat(((Refused) stores.resumed(actor, 2)).code()).isEqualTo(Code.STALE_GENERATION);
        assertThat(counter(actor, 1)).isEqualTo(6);
    }

    @Test
    void batches_of_many_actors_share_a_message_and_one_that_is_stale_hinders_no_other() {
        var actors = List.of(running("kv-shared-1"), running("kv-shared-2"), running("kv-shared-3"));
        var message = new Bytes(KvWire.join(List.of(KvWire.write(writing(put("a", "1"))))));

        var answers = stores.written(List.of(
                new KvBatch(actors.get(0), 1, 1, 0, message),
                new KvBatch(actors.get(1), 7, 1, 0, message),
                new KvBatch(actors.get(2), 1, 1, 0, message)));

        assertThat(answers.stream()
                        .map(bytes ->
                                KvWire.answer(writing(), KvWire.split(bytes).getFirst())))
                .containsExactly(
                        new Written(1, List.of()),
                        new Refused(
                                Code.STALE_GENERATION,
                                "a newer generation of this actor was started, or it is destroyed"),
                        new Written(1, List.of()));
    }

    /** Those after the first are not looked up before they are done. */
    @Test
    void a_store_is_as_large_as_its_entries_whatever_they_replace() {
        var actor = running("kv-size");
        write(actor, 1, 1, put("a", "1"));

        write(actor, 1, 2, put("a", "333"), put("b", "1"), put("b", "22"));
        assertThat(size(actor)).isEqualTo(7);
        var written = write(
                actor, 1, 3, put("c", "1"), new Delete(bytes("a")), new Delete(bytes("c")), new Delete(bytes("x")));

        assertThat(written).isEqualTo(new Written(3, List.of()));
        assertThat(keys(actor, range("", "", false, 10))).containsExactly("b");
        assertThat(size(actor)).isEqualTo(3);
    }

    /** As an edit by a person is, or a write through another control plane. */
    @Test
    void what_came_in_between_is_counted_by_the_write_after_it() {
        var actor = running("kv-between");
        write(actor, 1, 1, put("a", "1"));
        write(actor, 1, 2, put("a", "2"));
        database.jdbc().sql("""
                with head as (update kv_head set version = 7, bytes = bytes + 4 where actor_id = :actor)
                insert into kv_entry values (:actor, 'b', 7, '777')
                """).param("actor", actor.value()).update();

        var written = write(actor, 1, 3, put("a", "3"), put("b", "3"));

        assertThat(written).isEqualTo(new Written(8, List.of()));
        assertThat(size(actor)).isEqualTo(4);
    }

    @Test
    void a_check_that_does_not_hold_changes_nothing() {
        var actor = running("kv-check");
        write(actor, 1, 1, put("a", "1"));

        var conflict = ask(actor, 1, 2, checked("a", 7, put("a", "2"), put("b", "2")));
        var taken = ask(actor, 1, 3, checked("a", 1, put("a", "3")));
        var absent = ask(actor, 1, 4, checked("c", 0, put("c", "1")));

        assertThat(((Refused) conflict).code()).isEqualTo(Code.CONFLICT);
        assertThat(taken).isInstanceOf(Written.class);
        assertThat(absent).isInstanceOf(Written.class);
        assertThat(keys(actor, range("", "", false, 10))).containsExactly("a", "c");
    }

    @Test
    void what_is_too_much_or_makes_no_sense_is_refused_alone() {
        var actor = running("kv-limits");
        var message = KvWire.join(List.of(
                KvWire.write(writing(new Put(new Bytes(new byte[2561]), bytes("v")))),
                KvWire.write(writing(new Put(bytes("k"), new Bytes(new byte[(128 << 10) + 2])))),
                KvWire.write(writing(new Put(Bytes.EMPTY, bytes("v")))),
                KvWire.write(writing(
                        IntStream.range(0, 129).mapToObj(i -> put("k" + i, "v")).toArray(KvRequest.Mutation[]::new))),
                KvWire.write(writing(put("text", "no counter"))),
                KvWire.write(writing(put("other", "v"), new Add(bytes("text"), 1)))));

        var answers = stores.batch(new KvBatch(actor, 1, 1, 0, new Bytes(message))).stream()
                .map(bytes -> KvWire.answer(writing(), bytes))
                .map(answer -> answer instanceof Refused(var code, var _) ? code.name() : "done")
                .toList();

        assertThat(answers).containsExactly("TOO_LARGE", "TOO_LARGE", "INVALID", "TOO_LARGE", "done", "INVALID");
        assertThat(keys(actor, range("", "", false, 10))).containsExactly("text");
        var unreadable = new KvBatch(actor, 1, 2, 1, new Bytes(new byte[] {1}));
        assertThat(stores.ask(new Question.Write(List.of(unreadable))).answered())
                .isFalse();
    }

    @Test
    void an_older_generation_is_refused_and_a_newer_one_finds_everything() {
        var agent = controlPlane.agent("kv-stale", 1000, 1024);
        var actor = created("kv-stale");
        agent.up(agent.awaitRun(actor, 1));
        write(actor, 1, 9, put("a", "1"));

        agent.down(actor, 1, DownReason.EXITED, 1);
        agent.awaitRun(actor, 2);

        assertThat(((Refused) write(actor, 1, 10, put("a", "old"))).code()).isEqualTo(Code.STALE_GENERATION);
        assertThat(((Refused) read(actor, 1, new KvRequest.Get(List.of(bytes("a"))))).code())
                .isEqualTo(Code.STALE_GENERATION);
        assertThat(read(actor, 2, new KvRequest.Get(List.of(bytes("a")))))
                .isEqualTo(new KvAnswer.Found(List.of(new KvAnswer.Value(1, bytes("1")))));
        assertThat(write(actor, 2, 1, put("a", "2"))).isEqualTo(new Written(2, List.of()));
    }

    /** The first race: the new generation is there, but not committed yet when the old one's write comes. */
    @Test
    void a_write_that_meets_a_generation_being_made_is_refused_once_it_is_there() throws SQLException {
        var actor = running("kv-race-1");
        write(actor, 1, 1, put("b", "0"));
        CompletableFuture<KvAnswer> write;
        try (var other = transaction()) {
            bump(other, actor);
            write = CompletableFuture.supplyAsync(() -> write(actor, 1, 2, put("a", "1")), THREADS);
            await().during(Duration.ofMillis(200)).atMost(SOON).until(() -> !write.isDone());
            other.commit();
        }

        assertThat(((Refused) write.join()).code()).isEqualTo(Code.STALE_GENERATION);
        assertThat(keys(actor, 2, range("", "", false, 10))).containsExactly("b");
    }

    /** The second: the old one's write has been let through and is not committed yet when the new generation comes. */
    @Test
    void a_generation_that_meets_a_write_begins_after_it() throws SQLException {
        var actor = running("kv-race-2");
        write(actor, 1, 1, put("a", "0"));
        try (var other = transaction();
                var bumping = transaction()) {
            other.createStatement()
                    .executeQuery("select from kv_head where actor_id = '%s' for update".formatted(actor))
                    .close();
            var write = CompletableFuture.supplyAsync(() -> write(actor, 1, 2, put("a", "1")), THREADS);
            await().atMost(SOON).until(() -> waiting("kv_head"));

            var bump = CompletableFuture.runAsync(() -> bump(bumping, actor), THREADS);
            await().atMost(SOON).until(() -> waiting("update actor"));
            other.rollback();

            assertThat(write.join()).isInstanceOf(Written.class);
            bump.join();
            bumping.commit();
        }
        assertThat(read(actor, 2, new KvRequest.Get(List.of(bytes("a")))))
                .isEqualTo(new KvAnswer.Found(List.of(new KvAnswer.Value(2, bytes("1")))));
    }

    @Test
    void writes_of_many_actors_at_once_all_count() {
        var actors = List.of(running("kv-many-1"), running("kv-many-2"), running("kv-many-3"), running("kv-many-4"));
        var writers = new ArrayList<CompletableFuture<Void>>();
        for (var actor : actors) {
            writers.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 1; i <= 50; i++) {
                            assertThat(write(actor, 1, i, new Add(bytes("n"), 1)))
                                    .isEqualTo(new Written(i, List.of((long) i)));
                        }
                    },
                    THREADS));
        }

        writers.forEach(CompletableFuture::join);

        actors.forEach(actor -> assertThat(counter(actor, 1)).isEqualTo(50));
    }

    @Test
    void what_a_destroyed_actor_remembered_is_out_of_reach_at_once_and_gone_soon() {
        var agent = controlPlane.agent("kv-destroyed", 1000, 1024);
        var actor = created("kv-destroyed");
        agent.up(agent.awaitRun(actor, 1));
        write(actor, 1, 1, put("a", "1"), put("b", "2"));

        api.delete("/actors/" + actor);
        agent.awaitStop(actor);
        assertThat(write(actor, 1, 2, put("last", "word"))).isInstanceOf(Written.class);
        agent.report(actor, 1, new Phase.Down(0, null, DownReason.STOPPED, "gone"));
        await().atMost(SOON).until(() -> api.state(actor).startsWith("destroyed"));

        assertThat(((Refused) write(actor, 1, 3, put("c", "1"))).code()).isEqualTo(Code.STALE_GENERATION);
        await().atMost(SOON).until(() -> rows("kv_entry", actor) == 0 && rows("kv_head", actor) == 0);
    }

    @Test
    void a_write_is_not_acknowledged_before_it_is_committed() {
        var actor = running("kv-commit");
        database.jdbc().sql("""
                create function refuse_commit() returns trigger language plpgsql as $$
                begin raise exception 'nothing can be committed'; end $$;
                create constraint trigger refuse_commit after insert on kv_entry deferrable initially deferred
                for each row when (new.actor_id = '%s') execute function refuse_commit()
                """.formatted(actor)).update();
        var message = new Bytes(KvWire.join(List.of(KvWire.write(writing(put("a", "1"))))));

        var uncommitted =
                stores.written(List.of(new KvBatch(actor, 1, 1, 0, message))).getFirst();
        database.jdbc().sql("drop trigger refuse_commit on kv_entry").update();
        var committed = write(actor, 1, 1, put("a", "1"));

        assertThat(uncommitted).as("nobody knows").isEmpty();
        assertThat(committed).isEqualTo(new Written(1, List.of()));
    }

    /** As after a failover to a standby that had not heard of the second write. */
    @Test
    void a_start_that_was_told_of_a_write_that_is_missing_reads_and_writes_no_more_and_the_next_one_does() {
        var agent = controlPlane.agent("kv-lost", 1000, 1024);
        var actor = created("kv-lost");
        agent.up(agent.awaitRun(actor, 1));
        write(actor, 1, 1, put("a", "1"));
        write(actor, 1, 2, put("a", "2"));
        database.jdbc()
                .sql("update kv_head set number = 1 where actor_id = :actor")
                .param("actor", actor.value())
                .update();

        var written = stores.write(actor, 1, 3, 2, writing(put("a", "3")));
        var found = stores.read(actor, 1, 2, new KvRequest.Get(List.of(bytes("a"))));

        assertThat(((Refused) written).code()).isEqualTo(Code.STATE_LOST);
        assertThat(((Refused) found).code()).isEqualTo(Code.STATE_LOST);
        assertThat(stores.read(actor, 1, 1, new KvRequest.Get(List.of(bytes("b")))))
                .isInstanceOf(KvAnswer.Found.class);
        agent.down(actor, 1, DownReason.EXITED, 1);
        agent.awaitRun(actor, 2);
        assertThat(write(actor, 2, 1, put("a", "4"))).isInstanceOf(Written.class);
    }

    /** As after a failover to a standby that had heard of the start, and not of the first thing that it asked for. */
    @Test
    void a_start_whose_first_write_is_missing_is_not_taken_for_the_one_before_it() {
        var agent = controlPlane.agent("kv-lost-first", 1000, 1024);
        var actor = created("kv-lost-first");
        agent.up(agent.awaitRun(actor, 1));
        write(actor, 1, 1, put("a", "1"));
        agent.down(actor, 1, DownReason.EXITED, 1);
        agent.up(agent.awaitRun(actor, 2));
        ask(actor, 2, 1, new KvRequest.AlarmWrite.Delete("none")); // counts as a write, and changes no version
        database.jdbc()
                .sql("update kv_head set generation = 1 where actor_id = :actor")
                .param("actor", actor.value())
                .update();

        var written = stores.write(actor, 2, 2, 1, writing(put("a", "2")));

        assertThat(((Refused) written).code()).isEqualTo(Code.STATE_LOST);
    }

    @Test
    void who_has_no_token_is_refused() throws Exception {
        var request =
                HttpRequest.newBuilder(controlPlane.uri().resolve("/link/kv")).build();

        assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
    }

    private ActorId running(String region) {
        var agent = controlPlane.agent(region, 1000, 1024);
        var actor = created(region);
        agent.up(agent.awaitRun(actor, 1));
        return actor;
    }

    private ActorId created(String region) {
        return api.actor("""
                {"tags": {}, "build_tags": {"name": "kv"}, "region": "%s", "lifecycle": {"durable": true}}""".formatted(region));
    }

    private KvAnswer write(ActorId actor, long generation, long number, KvRequest.Mutation... mutations) {
        return ask(actor, generation, number, writing(mutations));
    }

    private KvAnswer ask(ActorId actor, long generation, long number, KvRequest request) {
        return stores.write(actor, generation, number, 0, request);
    }

    private KvAnswer read(ActorId actor, long generation, KvRequest request) {
        return stores.read(actor, generation, 0, request);
    }

    private List<String> keys(ActorId actor, KvRequest.Range range) {
        return keys(actor, 1, range);
    }

    private List<String> keys(ActorId actor, long generation, KvRequest.Range range) {
        return ((KvAnswer.Listed) read(actor, generation, range))
                .entries().stream()
                        .map(entry -> new String(entry.key().array(), StandardCharsets.UTF_8))
                        .toList();
    }

    private long counter(ActorId actor, long generation) {
        var found = (KvAnswer.Found) read(actor, generation, new KvRequest.Get(List.of(bytes("n"))));
        return ByteBuffer.wrap(found.values().getFirst().bytes().array()).getLong(1);
    }

    private long size(ActorId actor) {
        return database.jdbc()
                .sql("select bytes from kv_head where actor_id = :actor")
                .param("actor", actor.value())
                .query(Long.class)
                .single();
    }

    private long rows(String table, ActorId actor) {
        return database.jdbc()
                .sql("select count(*) from %s where actor_id = :actor".formatted(table))
                .param("actor", actor.value())
                .query(Long.class)
                .single();
    }

    private boolean waiting(String statement) {
        return database.jdbc()
                        .sql("""
                        select count(*) from pg_stat_activity
                        where wait_event_type = 'Lock' and datname = current_database() and query like :like
                        """)
                        .param("like", "%" + statement + "%")
                        .query(Long.class)
                        .single()
                > 0;
    }

    private Connection transaction() throws SQLException {
        var connection = DriverManager.getConnection(database.url(), database.user(), database.password());
        connection.setAutoCommit(false);
        return connection;
    }

    private static void bump(Connection connection, ActorId actor) {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate("update actor set generation = generation + 1 where id = '%s'".formatted(actor));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KvRequest checked(String key, long version, KvRequest.Mutation... mutations) {
        return new KvRequest.Write(List.of(new KvRequest.Check(bytes(key), version)), List.of(mutations));
    }

    private static KvRequest writing(KvRequest.Mutation... mutations) {
        return new KvRequest.Write(List.of(), List.of(mutations));
    }

    private static KvRequest.Range range(String start, String end, boolean reverse, int limit) {
        return new KvRequest.Range(bytes(start), bytes(end), reverse, limit);
    }

    private static KvRequest.Mutation put(String key, String value) {
        return new Put(bytes(key), bytes(value));
    }

    private static Bytes bytes(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
