package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.LogStream;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.StopReason;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;

/** The conversation with agents, as one of them has it. */
@ControlPlaneTest
class LinkTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    LinkTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("linked.tar", "{\"name\": \"linked\"}");
    }

    @Test
    void who_joins_is_welcomed_and_given_its_set() {
        var agent = controlPlane.agent("welcome", 1000, 1024);

        assertThat(agent.received.getFirst()).isEqualTo(new ToAgent.Welcome(1, 2000, 8000, 600_000L));
        assertThat(agent.last()).isEqualTo(new ToAgent.Desired(1, 0, List.of()));
    }

    @Test
    void who_has_no_token_is_refused_before_there_is_a_socket() {
        var link = URI.create(controlPlane.uri().toString().replace("http:", "ws:") + "/link");
        try (var http = HttpClient.newHttpClient()) {
            var opening = http.newWebSocketBuilder()
                    .header("authorization", "Bearer another-token")
                    .buildAsync(link, new WebSocket.Listener() {});

            assertThatThrownBy(opening::join).hasCauseInstanceOf(WebSocketHandshakeException.class);
            assertThat(api.get("/link").code()).isEqualTo("API_UNAUTHORIZED");
            assertThat(api.post("/link/heartbeat", "{}").code()).isEqualTo("API_UNAUTHORIZED");
            assertThat(api.get("/link/actors/" + ActorId.random()).code()).isEqualTo("API_UNAUTHORIZED");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"type":"report","epoch":1,"actors":[]}                                                                                                                                        | protocol_version
            {"type":"hello","agent":"ID","protocol":9,"version":"9","region":"local","proxy_url":"http://a:1","capacity":{"cpu_millicores":1,"memory_mib":1},"actors":[]}    | protocol_version
            {"type":"hello","agent":"ID","protocol":2,"version":"1","region":"Not a region","proxy_url":"http://a:1","capacity":{"cpu_millicores":1,"memory_mib":1},"actors":[]} | bad_hello
            {"type":"hello","agent":"ID","protocol":2,"version":"1","region":"local","proxy_url":"ftp://a","capacity":{"cpu_millicores":1,"memory_mib":1},"actors":[]}     | bad_hello
            {"type":"hello","agent":"ID","protocol":2,"version":"1","region":"local","proxy_url":"http://a:1","capacity":{"cpu_millicores":-1,"memory_mib":1},"actors":[]}  | bad_hello
            {"type":"hello","agent":"ID","protocol":2,"version":"1","region":"local","proxy_url":"http://a:1","hop_address":"nowhere","capacity":{"cpu_millicores":1,"memory_mib":1},"actors":[]} | bad_hello
            """)
    void who_cannot_be_understood_is_told_why_and_let_go(String hello, String code) {
        var before = database.contents();
        try (var agent = SimulatedAgent.connect(controlPlane.uri(), AgentId.random())) {
            agent.sayRaw(hello.replace("ID", agent.id.toString()));

            await().atMost(SOON).until(agent::isClosed);
            assertThat(agent.received).singleElement().isInstanceOfSatisfying(ToAgent.Rejected.class, rejected -> {
                assertThat(rejected.code()).isEqualTo(code);
                assertThat(rejected.message()).isNotBlank();
            });
        }
        assertThat(database.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"type":"report"
            {"type":"report","epoch":"one","actors":[]}
            {"type":"hello","agent":"ID","protocol":2,"version":"1","region":"local","proxy_url":"http://a:1","capacity":{"cpu_millicores":1,"memory_mib":1},"actors":[]}
            """)
    void what_makes_no_sense_ends_the_conversation(String frame) {
        var agent = controlPlane.agent("nonsense", 1000, 1024);

        agent.sayRaw(frame.replace("ID", agent.id.toString()));

        await().atMost(SOON).until(agent::isClosed);
    }

    @Test
    void what_only_a_newer_agent_says_is_passed_over() {
        var agent = controlPlane.agent("newer", 1000, 1024);
        var actor = create("newer", "{}");

        agent.sayRaw("{\"type\":\"weather\",\"sky\":\"blue\"}");
        agent.sayRaw("""
                {"type":"report","epoch":1,"mood":"good","actors":[
                {"actor":"%s","generation":1,"phase":{"phase":"up","ports":{},"colour":"green"}}]}""".formatted(actor));

        awaitState(actor, "running");
    }

    @Test
    void a_report_that_the_ports_accept_makes_the_actor_run() {
        var agent = controlPlane.agent("up", 1000, 1024);
        var actor = create("up", "{}");

        agent.report(actor, 1, new Phase.Starting("spawn"));
        agent.up(agent.awaitRun(actor, 1));

        awaitState(actor, "running");
    }

    @Test
    void only_what_changed_of_a_set_is_said() {
        var agent = controlPlane.agent("changes", 1000, 1024);
        var stays = agent.awaitRun(create("changes", "{}"), 1).actor();
        var goes = agent.awaitRun(create("changes", "{}"), 1).actor();

        api.delete("/actors/" + goes);
        agent.awaitStop(goes);
        agent.down(goes, 1, DownReason.STOPPED, 0);
        agent.awaitUndesired(goes);

        assertThat(agent.changes.getLast().gone()).containsExactly(goes);
        assertThat(agent.changes.stream()
                        .flatMap(change -> change.actors().stream())
                        .map(DesiredActor::actor)
                        .filter(stays::equals))
                .hasSize(1);
        agent.awaitRun(stays, 1);
    }

    @Test
    void reports_of_an_older_generation_change_nothing() {
        var agent = controlPlane.agent("older", 1000, 1024);
        var actor = create("older", "{\"durable\": true}");
        agent.down(actor, agent.awaitRun(actor, 1).generation(), DownReason.EXITED, 1);
        agent.up(agent.awaitRun(actor, 2));
        awaitState(actor, "running");
        var before = known(actor);

        agent.report(actor, 1, new Phase.Up(Map.of("http", 1)));
        agent.down(actor, 1, DownReason.EXITED, 0);
        agent.down(actor, 3, DownReason.EXITED, 0);
        handled(agent);

        assertThat(known(actor)).isEqualTo(before);
    }

    @Test
    void reports_of_an_agent_that_does_not_hold_the_actor_change_nothing() {
        var holder = controlPlane.agent("holder", 1000, 1024);
        var stranger = controlPlane.agent("stranger", 1000, 1024);
        var actor = create("holder", "{}");
        holder.up(holder.awaitRun(actor, 1));
        awaitState(actor, "running");
        var before = known(actor);

        stranger.down(actor, 1, DownReason.EXITED, 0);
        stranger.down(ActorId.random(), 1, DownReason.EXITED, 0);
        handled(stranger);

        assertThat(known(actor)).isEqualTo(before);
    }

    @Test
    void who_joins_again_is_given_the_whole_set() {
        var first = controlPlane.agent("again", 1000, 1024);
        var running = create("again", "{}");
        var stopping = create("again", "{\"kill_timeout\": 700}");
        first.up(first.awaitRun(running, 1));
        first.up(first.awaitRun(stopping, 1));
        awaitState(stopping, "running");
        Api.require(api.delete("/actors/" + stopping));
        first.close();

        var second = controlPlane.agent(first.id, "again", 1000, 1024);

        assertThat(second.epoch()).isEqualTo(2);
        assertThat(second.awaitRun(running, 1).spec())
                .isEqualTo(first.awaitRun(running, 1).spec());
        assertThat(second.awaitStop(stopping))
                .isEqualTo(new DesiredActor.Stop(stopping, 1, 700, null, null, StopReason.DESTROY));
        assertThat(second.awaitDesired(running, DesiredActor.Run.class, _ -> true)
                        .generation())
                .isEqualTo(1);
    }

    @Test
    void what_happened_while_an_agent_was_away_is_in_its_hello() {
        var first = controlPlane.agent("away", 1000, 1024);
        var kept = create("away", "{\"durable\": true}");
        var lost = create("away", "{\"durable\": true}");
        first.awaitRun(kept, 1);
        first.awaitRun(lost, 1);
        first.close();

        var reports = List.of(
                new ActorReport(kept, 1, new Phase.Up(Map.of())),
                new ActorReport(lost, 1, new Phase.Down(null, null, DownReason.AGENT_RESTARTED, "")));
        try (var second = SimulatedAgent.joined(controlPlane.uri(), first.id, "away", 1000, 1024, reports)) {
            awaitState(kept, "running");
            assertThat(second.awaitRun(lost, 2).generation()).isEqualTo(2);
            assertThat(second.awaitRun(kept, 1).generation()).isEqualTo(1);
        }
    }

    @Test
    void the_older_connection_of_an_agent_is_told_that_its_time_is_over() {
        var older = controlPlane.agent("stale", 1000, 1024);
        var actor = create("stale", "{}");
        older.awaitRun(actor, 1);

        var newer = controlPlane.agent(older.id, "stale", 1000, 1024);

        await().atMost(SOON).until(older::isClosed);
        assertThat(older.received.getLast())
                .isInstanceOfSatisfying(
                        ToAgent.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo("stale_epoch"));
        newer.up(newer.awaitRun(actor, 1));
        awaitState(actor, "running");
    }

    @Test
    void frames_of_another_epoch_change_nothing() {
        var first = controlPlane.agent("epochs", 1000, 1024);
        var actor = create("epochs", "{}");
        first.awaitRun(actor, 1);
        var second = controlPlane.agent(first.id, "epochs", 1000, 1024);
        var before = known(actor);
        var down = new ActorReport(actor, 1, new Phase.Down(0, null, DownReason.EXITED, ""));

        second.say(new ToControlPlane.Report(1, List.of(down)));
        second.say(new ToControlPlane.Report(3, List.of(down)));
        second.say(new ToControlPlane.Logs(
                1,
                List.of(new ToControlPlane.LogLine(
                        actor, 1, LogStream.STDOUT, Instant.parse("2026-01-02T03:04:05Z"), "late"))));
        handled(second);

        assertThat(known(actor)).isEqualTo(before);
    }

    @Test
    void a_heartbeat_renews_the_lease_of_its_own_epoch_only() {
        var first = controlPlane.agent("leases", 1000, 1024);
        assertThat(first.heartbeat(1)).isInstanceOf(Heartbeat.Answer.Grant.class);
        var second = controlPlane.agent(first.id, "leases", 1000, 1024);
        var lease = lease(first.id);

        assertThat(first.heartbeat(1)).isEqualTo(new Heartbeat.Answer.Fenced(2));
        assertThat(lease(first.id)).isEqualTo(lease);

        assertThat(second.heartbeat(2)).isInstanceOfSatisfying(Heartbeat.Answer.Grant.class, grant -> {
            assertThat(grant.nonce()).isEqualTo(7);
            assertThat(grant.epoch()).isEqualTo(2);
        });
        assertThat(lease(first.id)).isNotEqualTo(lease);
    }

    @Test
    void an_agent_that_nobody_knows_is_fenced() {
        try (var agent = SimulatedAgent.connect(controlPlane.uri(), AgentId.random())) {
            assertThat(agent.heartbeat(1)).isEqualTo(new Heartbeat.Answer.Fenced(0));
        }
    }

    @Test
    void a_proxy_is_told_where_an_actor_is() {
        var agent = controlPlane.agent("where", 1000, 1024);
        var actor = create("where", "{}");
        agent.awaitRun(actor, 1);

        var answer = Api.require(locate(actor.toString()));

        assertThat(answer.body()).isEqualTo(Api.JSON.readTree("""
                {"actor": "%s", "state": "starting", "agent": "%s", "proxy_url": "http://127.0.0.1:7080",
                 "version": 1}""".formatted(actor, agent.id)));
        assertThat(locate(ActorId.random().toString()).code()).isEqualTo("ACTOR_NOT_FOUND");
        assertThat(locate("nonsense").code()).isEqualTo("ACTOR_NOT_FOUND");
    }

    @Test
    void who_follows_an_actor_hears_when_what_it_was_told_no_longer_holds() {
        var owner = controlPlane.agent("followed", 1000, 1024);
        var other = controlPlane.agent("following", 1000, 1024);
        var actor = create("followed", "{}");
        var run = owner.awaitRun(actor, 1);
        follow(other, actor, version(actor));
        handled(other);
        assertThat(other.received).noneMatch(ToAgent.Moved.class::isInstance);

        owner.up(run);

        awaitMoved(other, actor, 1);
    }

    @Test
    void who_was_told_something_that_is_old_by_now_hears_of_it_at_once() {
        var owner = controlPlane.agent("followed-late", 1000, 1024);
        var other = controlPlane.agent("following-late", 1000, 1024);
        var actor = create("followed-late", "{}");
        long before = version(actor);
        owner.up(owner.awaitRun(actor, 1));
        awaitState(actor, "running");

        follow(other, actor, before);

        awaitMoved(other, actor, 1);
    }

    @Test
    void where_an_agent_takes_requests_of_others_is_told_with_the_generation_that_it_runs() {
        var agent = SimulatedAgent.connect(controlPlane.uri(), AgentId.random());
        var hello = SimulatedAgent.hello(agent.id, "hopping", 1000, 1024, List.of());
        agent.say(new ToControlPlane.Hello(
                hello.agent(),
                hello.protocol(),
                hello.version(),
                hello.region(),
                hello.proxyUrl(),
                hello.capacity(),
                List.of(),
                null,
                "10.0.0.5:7081"));
        await().atMost(SOON).until(() -> agent.last() != null);
        var actor = create("hopping", "{}");

        var hop = Api.require(locate(actor.toString())).body().get("hop");

        assertThat(hop).isEqualTo(Api.JSON.readTree("{\"address\": \"10.0.0.5:7081\", \"generation\": 1}"));
    }

    private static void follow(SimulatedAgent agent, ActorId actor, long version) {
        agent.say(new ToControlPlane.Follow(agent.epoch(), List.of(new ToControlPlane.Followed(actor, version))));
    }

    private long version(ActorId actor) {
        return Api.require(locate(actor.toString())).body().get("version").longValue();
    }

    private static void awaitMoved(SimulatedAgent agent, ActorId actor, long times) {
        await().atMost(SOON)
                .until(() -> agent.received.stream()
                                .filter(new ToAgent.Moved(agent.epoch(), List.of(actor))::equals)
                                .count()
                        == times);
    }

    /** Frames are handled in order, so when this one has been, those before it have been as well. */
    private void handled(SimulatedAgent agent) {
        var region = database.jdbc()
                .sql("select region from agent where id = :id")
                .param("id", agent.id.value())
                .query((row, _) -> row.getString("region"))
                .single();
        var probe = create(region, "{}");
        agent.up(agent.awaitRun(probe, 1));
        awaitState(probe, "running");
    }

    /** All that is stored of an actor. */
    private List<String> known(ActorId actor) {
        return database.jdbc()
                .sql("""
                        select a::text from actor a where id = :actor
                        union all select e::text from actor_event e where actor_id = :actor
                        union all select l::text from actor_log l where actor_id = :actor
                        order by 1
                        """)
                .param("actor", actor.value())
                .query((row, _) -> row.getString(1))
                .list();
    }

    private Api.Answer locate(String actor) {
        return api.send(api.request("/link/actors/" + actor)
                .header("authorization", "Bearer " + SimulatedAgent.TOKEN)
                .GET());
    }

    private String lease(AgentId agent) {
        return database.jdbc()
                .sql("select lease_seq || ' ' || lease_at from agent where id = :id")
                .param("id", agent.value())
                .query((row, _) -> row.getString(1))
                .single();
    }

    private ActorId create(String region, String lifecycle) {
        return api.actor("{\"tags\": {}, \"build_tags\": {\"name\": \"linked\"}, \"region\": \"%s\", \"lifecycle\": %s}"
                .formatted(region, lifecycle));
    }

    private void awaitState(ActorId actor, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(api.state(actor)).isEqualTo(state));
    }
}
