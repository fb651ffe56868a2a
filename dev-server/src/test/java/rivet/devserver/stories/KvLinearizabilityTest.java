package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.devserver.linearizability.Command.Add;
import rivet.devserver.linearizability.Linearizability;
import rivet.devserver.linearizability.Linearizability.Verdict;
import rivet.devserver.linearizability.Operation;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvBatch;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvWire;

/**
 * What concurrent clients see of an actor's store is what one store would show that does one thing at a time, whoever is killed.
 * {@code -Drivet.rounds=20} kills all of them so many times.
 */
class KvLinearizabilityTest {

    private static final int ROUNDS = Integer.getInteger("rivet.rounds", 1);
    private static final int CLIENTS = 5;
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Linearizability checker = new Linearizability(2_000_000);

    @TempDir
    Path work;

    private EmbeddedPostgres database;
    private StoppablePostgres postgres;
    private ControlPlaneProcess controlPlane;
    private final List<AgentProcess> agents = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        var data = work.resolve("database");
        // The library lets commits be answered before they are written down.
        database = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setServerConfig("synchronous_commit", "on")
                .start();
        postgres = new StoppablePostgres(data);
        controlPlane = ControlPlaneProcess.start(log(), database);
    }

    @AfterEach
    void close() throws Exception {
        for (var agent : agents) {
            agent.close();
        }
        controlPlane.close();
        postgres.close();
        database.close();
    }

    @Test
    void history_of_concurrent_clients_is_linearizable_whoever_is_killed() throws Exception {
        agents.add(new AgentProcess(work.resolve("one"), controlPlane));
        agents.add(new AgentProcess(work.resolve("other"), controlPlane));
        var clients = new KvClients(() -> controlPlane, create());
        clients.start(CLIENTS, 1);
        clients.awaitMore();
        for (int round = 0; round < ROUNDS; round++) {
            killEachInTurn(clients);
        }

        var history = clients.stop();

        tell(history);
        assertThat(checker.check(history)).isEqualTo(new Verdict.Holds());
    }

    private void killEachInTurn(KvClients clients) throws Exception {
        kill(actorProcess());
        clients.awaitMore();

        var agent = agentOfActor();
        agent.kill();
        agent.startAgain();
        clients.awaitMore();

        controlPlane.kill();
        controlPlane = controlPlane.again(log(), database);
        clients.awaitMore();

        postgres.kill();
        postgres.start();
        clients.awaitMore();

        var machine = agentOfActor();
        machine.killAll();
        clients.awaitMore();
        machine.startAgain();
    }

    @Test
    void older_generation_that_may_write_is_caught() throws Exception {
        agents.add(new AgentProcess(work.resolve("one"), controlPlane));
        var actor = create();
        var clients = new KvClients(() -> controlPlane, actor);
        var count = new Add(KvClients.IN_MEMORY, 1);
        assertThat(clients.ask("client", count)).isTrue();
        kill(actorProcess());
        await().atMost(SOON).until(() -> clients.ask("client", count));
        var history = new ArrayList<>(clients.history());

        // A copy that was left behind counted to 1 and knows of nothing since.
        assertThat(asLeftBehind(actor, 1)).as("the fence holds").isEmpty();
        assertThat(checker.check(history)).isEqualTo(new Verdict.Holds());

        setFence(actor, 1);
        history.add(asLeftBehind(actor, 2).orElseThrow());
        assertThat(checker.check(history)).isInstanceOf(Verdict.Broken.class);
    }

    /** Adds 1 to what the first generation had counted. @return what its client hears; absent: it was refused */
    private Optional<Operation> asLeftBehind(String actor, long number) throws Exception {
        long invoked = System.nanoTime();
        byte[] key = {0x20, 'k', 0};
        var put = new KvRequest.Write(
                List.of(), List.of(new KvRequest.Mutation.Put(new Bytes(key), new Bytes(new byte[] {0, 2}))));
        var batch = new KvBatch(
                ActorId.parse(actor), 1, 1_000_000 + number, 0, new Bytes(KvWire.join(List.of(KvWire.write(put)))));
        var reply = controlPlane.askAsAgent(new KvCall(1, new KvCall.Question.Write(List.of(batch))));
        assertThat(reply.answered()).isTrue();
        var ofBatch = KvWire.split(reply.bytes().array()).getFirst();
        return switch (KvWire.answer(put, KvWire.split(ofBatch).getFirst())) {
            case KvAnswer.Written _ ->
                Optional.of(new Operation(
                        "client of the old copy",
                        new Add(KvClients.IN_MEMORY, 1),
                        Optional.of("2"),
                        invoked,
                        System.nanoTime()));
            case KvAnswer.Refused _,
                    KvAnswer.Found _,
                    KvAnswer.Listed _,
                    KvAnswer.Alarms _,
                    KvAnswer.Fired _,
                    KvAnswer.NotDue _ -> Optional.empty();
        };
    }

    /** As if the fence were broken: it lets an older generation in. */
    private void setFence(String actor, long generation) throws SQLException {
        try (var connection = database.getPostgresDatabase().getConnection();
                var update = connection.prepareStatement(
                        "update actor_fence set generation = ? where actor_id = cast(? as uuid)")) {
            update.setLong(1, generation);
            update.setString(2, actor);
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    private String create() throws Exception {
        Files.writeString(work.resolve("linearizable.js"), script());
        Files.writeString(
                work.resolve("rivet.json"), "{\"actors\": {\"linearizable\": {\"script\": \"linearizable.js\"}}}");
        var ran = RunningDevServer.rivet(controlPlane.api(), work, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
        var created = controlPlane.send("POST", "/actors", """
                {"tags": {}, "build_tags": {"name": "linearizable", "current": "true"}, "lifecycle": {"durable": true},
                 "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
        return RunningDevServer.id(ControlPlaneProcess.actor(created));
    }

    private AgentProcess agentOfActor() {
        return await().atMost(SOON).until(this::withActor, Objects::nonNull);
    }

    private @Nullable AgentProcess withActor() throws IOException {
        for (var agent : agents) {
            if (!agent.processes().listening().isEmpty()) {
                return agent;
            }
        }
        return null;
    }

    private long actorProcess() throws IOException {
        return agentOfActor().processes().listening().iterator().next();
    }

    private static void kill(long process) {
        ProcessHandle.of(process).orElseThrow().destroyForcibly();
    }

    /** For people; no test depends on it. */
    private static void tell(List<Operation> history) {
        long unknown =
                unanswered(history).filter(each -> !each.command().isRead()).count();
        System.out.printf(
                "%d commands, of which %d answered; %d writes may have been done or not%n",
                history.size(), history.size() - unanswered(history).count(), unknown);
    }

    private static Stream<Operation> unanswered(List<Operation> history) {
        return history.stream().filter(operation -> operation.answer().isEmpty());
    }

    private Path log() {
        return work.resolve("control-plane.log");
    }

    private static String script() throws IOException {
        try (var in = Objects.requireNonNull(KvLinearizabilityTest.class.getResourceAsStream("linearizable.js"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
