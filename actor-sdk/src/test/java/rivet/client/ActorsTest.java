package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ActorsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final StubServer server = new StubServer();
    private final RivetClient client = server.client().build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void create_sends_everything_that_was_asked_for() {
        server.then(200, Samples.one("starting"));

        client.actors()
                .create(CreateActor.withBuildTags(Map.of("name", "counter"))
                        .tag("room", "7")
                        .key("room-7")
                        .region("fra")
                        .variable("GREETING", "hello")
                        .port("http", Port.http())
                        .port("game", Port.udp().listeningOn(9000).onHost())
                        .port("inside", Port.http().onlyByConnection())
                        .endpointType(EndpointType.HOSTNAME)
                        .resources(500, 512)
                        .killTimeout(Duration.ofSeconds(30))
                        .placementTimeout(Duration.ofMinutes(1))
                        .hostNetwork()
                        .durable());

        assertThat(server.lines()).containsExactly("POST /actors");
        assertSameJson(server.asked().getFirst().body(), """
                {"build_tags": {"name": "counter"}, "tags": {"room": "7"}, "key": "room-7", "region": "fra",
                 "runtime": {"environment": {"GREETING": "hello"}, "network": {"endpoint_type": "hostname"}},
                 "network": {"mode": "host", "ports": {
                     "http": {"protocol": "http", "routing": {"guard": {}}},
                     "game": {"protocol": "udp", "internal_port": 9000, "routing": {"host": {}}},
                     "inside": {"protocol": "http", "routing": {"guard": {"authorization": {"connection": {}}}}}}},
                 "resources": {"cpu": 500, "memory": 512},
                 "lifecycle": {"kill_timeout": 30000, "durable": true, "placement_timeout": 60000}}
                """);
    }

    @Test
    void create_leaves_out_what_was_not_asked_for() {
        server.then(200, Samples.one("starting"));

        client.actors().create(CreateActor.withBuild(Samples.BUILD));

        assertSameJson(server.asked().getFirst().body(), """
                {"build": "%s", "tags": {}, "runtime": {"environment": {}}, "network": {"ports": {}},
                 "lifecycle": {"durable": false}}
                """.formatted(Samples.BUILD));
    }

    @Test
    void create_sends_the_limits_of_ports() {
        server.then(200, Samples.one("starting"));
        var all = PortLimits.none()
                .concurrency(100)
                .clientRate(50, Duration.ofSeconds(1))
                .tokenRate(5, Duration.ofMinutes(1))
                .bodyBytes(1 << 20)
                .headerBytes(4096)
                .idle(Duration.ofMinutes(2))
                .request(Duration.ofSeconds(30))
                .stream(Duration.ofHours(1));

        client.actors()
                .create(CreateActor.withBuild(Samples.BUILD)
                        .port("a", Port.http().limits(all).onlyByConnection())
                        .port("b", Port.tcp().limits(PortLimits.none().concurrency(3))));

        assertSameJson(server.asked().getFirst().body(), """
                {"build": "%s", "tags": {}, "runtime": {"environment": {}}, "lifecycle": {"durable": false},
                 "network": {"ports": {
                     "a": {"protocol": "http", "routing": {"guard": {"authorization": {"connection": {}}, "limits": {
                         "concurrency": 100, "client_rate": {"requests": 50, "per_ms": 1000},
                         "token_rate": {"requests": 5, "per_ms": 60000}, "body_bytes": 1048576, "header_bytes": 4096,
                         "idle_ms": 120000, "request_ms": 30000, "stream_ms": 3600000}}}},
                     "b": {"protocol": "tcp", "routing": {"guard": {"limits": {"concurrency": 3}}}}}}}
                """.formatted(Samples.BUILD));
    }

    @Test
    void limits_of_a_port_past_the_proxy_are_refused() {
        var limited = Port.udp().limits(PortLimits.none().concurrency(1));

        assertThatIllegalArgumentException().isThrownBy(limited::onHost).withMessageContaining("limits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PortLimits.none().clientRate(1, Duration.ZERO))
                .withMessageContaining("per");
    }

    @Test
    void create_asks_for_websockets_that_outlive_a_process() {
        server.then(200, Samples.one("starting"));
        var limits = PortLimits.none().concurrency(3);

        client.actors()
                .create(CreateActor.withBuild(Samples.BUILD)
                        .port("a", Port.http().hibernating())
                        .port("b", Port.https().hibernating().limits(limits).onlyByConnection()));

        assertSameJson(server.asked().getFirst().body(), """
                {"build": "%s", "tags": {}, "runtime": {"environment": {}}, "lifecycle": {"durable": false},
                 "network": {"ports": {
                     "a": {"protocol": "http", "routing": {"guard": {"websocket": {"hibernate": true}}}},
                     "b": {"protocol": "https", "routing": {"guard": {"authorization": {"connection": {}},
                         "websocket": {"hibernate": true}, "limits": {"concurrency": 3}}}}}}}
                """.formatted(Samples.BUILD));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Port.tcp().hibernating())
                .withMessageContaining("HTTP");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Port.http().hibernating().onHost())
                .withMessageContaining("proxy");
    }

    @Test
    void a_request_is_a_pattern_that_its_variations_do_not_change() {
        var pattern = CreateActor.withBuild(Samples.BUILD).tag("a", "1");

        var _ = pattern.tag("b", "2").durable().port("http", Port.http());

        assertThat(pattern.body())
                .isEqualTo(CreateActor.withBuild(Samples.BUILD).tag("a", "1").body());
    }

    @Test
    void an_actor_is_read_whole() {
        server.then(200, Samples.one("running"));

        var actor = client.actors().get(Samples.ID);

        assertThat(server.lines()).containsExactly("GET /actors/" + Samples.ID);
        assertThat(actor.state()).isEqualTo(ActorState.RUNNING);
        assertThat(actor.reason()).isEqualTo("because");
        assertThat(actor.key()).isEqualTo("room-7");
        assertThat(actor.generation()).isEqualTo(3);
        assertThat(actor.createdAt()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(actor.lifecycle().grace()).contains(Duration.ofSeconds(5));
        assertThat(actor.url("http")).isEqualTo(URI.create("http://127.0.0.1:7080/%s-http".formatted(Samples.ID)));
        assertThat(actor.toString()).doesNotContain("SECRET=x");
        assertThatIllegalArgumentException().isThrownBy(() -> actor.url("ws")).withMessageContaining("http");
        assertThat(actor.address("game")).isEqualTo(InetSocketAddress.createUnresolved("127.0.0.1", 26000));
        assertThatIllegalArgumentException().isThrownBy(() -> actor.url("game")).withMessageContaining("no URL");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> actor.address("http"))
                .withMessageContaining("no address");
    }

    @Test
    void a_state_of_a_newer_server_is_unknown_and_no_fault() {
        server.then(200, Samples.one("hibernating"));

        assertThat(client.actors().get(Samples.ID).state()).isEqualTo(ActorState.UNKNOWN);
    }

    @Test
    void get_or_create_needs_a_key_and_says_who_created() {
        server.then(200, "{\"actor\": %s, \"created\": true}".formatted(Samples.actor("starting")));
        var request = CreateActor.withBuild(Samples.BUILD);

        assertThat(client.actors().getOrCreate(request.key("room-7")).created()).isTrue();
        assertThat(server.lines()).containsExactly("PUT /actors");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.actors().getOrCreate(request))
                .withMessageContaining("key");
    }

    @Test
    void a_stream_asks_for_a_page_when_the_one_before_was_read() {
        server.then(
                        200,
                        "{\"actors\": [%s], \"pagination\": {\"cursor\": \"a b\"}}".formatted(Samples.actor("running")))
                .then(200, "{\"actors\": [], \"pagination\": {\"cursor\": \"c\"}}")
                .then(200, "{\"actors\": [%s], \"pagination\": {}}".formatted(Samples.actor("destroyed")));
        var filter = ActorFilter.withTags(Map.of("name", "coun ter")).includingDestroyed();

        try (var actors = client.actors().stream(filter)) {
            var all = actors.iterator();
            all.next();
            assertThat(server.asked()).hasSize(1);
            assertThat(all.next().state()).isEqualTo(ActorState.DESTROYED);
            assertThat(all.hasNext()).isFalse();
        }

        var first = "GET /actors?tags_json=%7B%22name%22%3A%22coun%20ter%22%7D&include_destroyed=true";
        assertThat(server.lines()).containsExactly(first, first + "&cursor=a%20b", first + "&cursor=c");
    }

    @Test
    void an_actor_is_put_to_sleep_and_woken() {
        server.then(200, "{}").then(200, "{}");

        client.actors().sleep(Samples.ID);
        client.actors().wake(Samples.ID);

        assertThat(server.lines())
                .containsExactly("POST /actors/" + Samples.ID + "/sleep", "POST /actors/" + Samples.ID + "/wake");
    }

    @Test
    void destroy_upgrade_and_explain_are_where_the_contract_has_them() {
        server.then(200, "{}")
                .then(200, "{}")
                .then(200, "{}")
                .then(200, "{\"count\": 12}")
                .then(200, """
                {"state": "crash_backoff", "reason": "crashed", "since": "2026-01-31T12:00:00Z", "message": "it crashed",
                 "generation": 4, "next_attempt_at": "2026-01-31T12:00:08Z", "exit_code": 1, "last_logs": ["a", "b"]}
                """);
        var actors = client.actors();

        actors.destroy(Samples.ID);
        actors.destroy(Samples.ID, Duration.ZERO);
        actors.upgrade(Samples.ID, BuildSelector.id(Samples.BUILD));
        assertThat(actors.upgradeAll(Map.of("a", "1"), BuildSelector.tags(Map.of("v", "2"))))
                .isEqualTo(12);
        var why = actors.explain(Samples.ID);

        assertThat(server.lines())
                .containsExactly(
                        "DELETE /actors/" + Samples.ID,
                        "DELETE /actors/" + Samples.ID + "?override_kill_timeout=0",
                        "POST /actors/" + Samples.ID + "/upgrade",
                        "POST /actors/upgrade",
                        "GET /actors/" + Samples.ID + "/explain");
        assertSameJson(server.asked().get(2).body(), "{\"build\": \"%s\"}".formatted(Samples.BUILD));
        assertSameJson(server.asked().get(3).body(), "{\"tags\": {\"a\": \"1\"}, \"build_tags\": {\"v\": \"2\"}}");
        assertThat(why.state()).isEqualTo(ActorState.CRASH_BACKOFF);
        assertThat(why.lastLogs()).containsExactly("a", "b");
        assertThat(why.agent()).isNull();
    }

    @Test
    void upgrade_says_when_and_how_many_at_a_time_where_the_caller_does() {
        server.then(200, "{}")
                .then(200, "{\"count\": 3, \"rollout\": \"r1\"}")
                .then(200, """
                {"rollout": {"id": "r1", "build": "b", "state": "stopped", "reason": "one was rolled back", "total": 3, "begun": 1,
                 "ready": 0, "rolled_back": 1, "gone": 0, "created_at": "2026-01-31T12:00:00Z"}}""")
                .then(200, "{}");
        var actors = client.actors();
        var some = UpgradeActor.to(BuildSelector.id(Samples.BUILD))
                .policy(UpgradePolicy.whenIdle(Duration.ofMinutes(1)).otherwise(UpgradePolicy.nextStart()))
                .startTimeout(Duration.ofSeconds(2))
                .batchSize(10)
                .pause(Duration.ofSeconds(5))
                .percentage(20);

        actors.upgrade(Samples.ID, some);
        var rollout = actors.rollout(actors.rollOut(Map.of("a", "1"), some));
        actors.cancelRollout(rollout.id());

        assertSameJson(server.asked().get(0).body(), """
                {"build": "%s", "policy": "when_idle", "deadline": 60000, "at_deadline": "next_start",
                 "start_timeout": 2000}""".formatted(Samples.BUILD));
        assertSameJson(server.asked().get(1).body(), """
                {"tags": {"a": "1"}, "build": "%s", "policy": "when_idle", "deadline": 60000, "at_deadline": "next_start",
                 "start_timeout": 2000, "batch_size": 10, "pause_ms": 5000, "percentage": 20}""".formatted(Samples.BUILD));
        assertThat(rollout.isEnded()).isTrue();
        assertThat(rollout.rolledBack()).isOne();
        assertThat(server.lines()).endsWith("GET /rollouts/r1", "DELETE /rollouts/r1");
    }

    @Test
    void upgrade_that_waits_for_an_idle_actor_is_waited_for() {
        server.then(200, Samples.one("running").replaceFirst("\\{\"id\"", """
                {"upgrade": {"build": "b", "previous_build": "a", "state": "open", "waits_until": "2026-01-31T12:00:00Z"}, "id\"""")).then(200, Samples.one("running"));

        client.actors().upgradeReady(Samples.ID, BuildSelector.id(Samples.BUILD), Duration.ofSeconds(9));

        assertThat(server.lines()).hasSize(2);
    }

    @Test
    void upgrade_that_was_rolled_back_while_nobody_held_the_answer_is_a_conflict() {
        server.then(200, Samples.one("running").replaceFirst("\\{\"id\"", """
                {"upgrade": {"build": "b", "previous_build": "a", "state": "rolled_back", "message": "it crashed"}, "id\""""));

        assertThatExceptionOfType(RivetException.Conflict.class)
                .isThrownBy(() -> client.actors()
                        .upgradeReady(Samples.ID, BuildSelector.id(Samples.BUILD), Duration.ofSeconds(9)))
                .satisfies(conflict -> assertThat(conflict.code()).isEqualTo("UPGRADE_ROLLED_BACK"))
                .withMessageContaining("it crashed");
        assertThat(server.lines().getFirst()).startsWith("POST /actors/" + Samples.ID + "/upgrade?wait=ready&timeout=");
    }

    @Test
    void upgrade_of_one_that_sleeps_does_not_wait_for_it_to_run() {
        server.then(200, Samples.one("sleeping"));

        var actor = client.actors().upgradeReady(Samples.ID, BuildSelector.id(Samples.BUILD), Duration.ofSeconds(9));

        assertThat(actor.state()).isEqualTo(ActorState.SLEEPING);
        assertThat(server.lines()).hasSize(1);
    }

    @Test
    void connections_are_made_and_revoked() {
        server.then(200, """
                {"url": "http://a.localhost/?rivet_token=t", "ws_url": "ws://a.localhost/?rivet_token=t", "token": "t",
                 "expires_at": "2026-01-31T12:00:00Z", "connection_id": "c1"}
                """).then(200, "{}").then(200, "{\"revoked\": 2}");
        var actors = client.actors();
        var wanted = CreateConnection.to("http", Duration.ofMinutes(1))
                .subject("ann")
                .claim("role", "host")
                .methods("GET")
                .pathPrefix("/rooms/1")
                .once();

        var made = actors.connect(Samples.ID, wanted);
        actors.disconnect(Samples.ID, made.connectionId());
        assertThat(actors.disconnectSubject(Samples.ID, "ann b")).isEqualTo(2);

        assertThat(made.wsUrl()).hasScheme("ws");
        assertThat(made.toString()).doesNotContain("rivet_token").contains("c1");
        var path = "/actors/" + Samples.ID + "/connections";
        assertThat(server.lines())
                .containsExactly("POST " + path, "DELETE " + path + "/c1", "DELETE " + path + "?subject=ann%20b");
        assertSameJson(server.asked().getFirst().body(), """
                {"port": "http", "ttl_ms": 60000, "subject": "ann", "claims": {"role": "host"}, "methods": ["GET"],
                 "path_prefix": "/rooms/1", "single_use": true}
                """);
    }

    @Test
    void alarms_are_read_with_their_rhythms() {
        server.then(200, """
                {"alarms": [
                  {"name": "daily", "next_at": "2026-01-31T08:00:00Z", "cron": "0 9 * * *", "time_zone": "Europe/Berlin",
                   "failures": 0, "payload_bytes": 0},
                  {"name": "sweep", "next_at": "2026-01-31T12:00:00Z", "every_ms": 60000, "failures": 2, "payload_bytes": 5}]}
                """);

        var alarms = client.actors().alarms(Samples.ID);

        assertThat(server.lines()).containsExactly("GET /actors/" + Samples.ID + "/alarms");
        assertThat(alarms)
                .containsExactly(
                        new ActorAlarm(
                                "daily",
                                Instant.parse("2026-01-31T08:00:00Z"),
                                null,
                                "0 9 * * *",
                                "Europe/Berlin",
                                0,
                                0),
                        new ActorAlarm("sweep", Instant.parse("2026-01-31T12:00:00Z"), 60_000L, null, null, 2, 5));
        assertThat(alarms)
                .extracting(ActorAlarm::every)
                .containsExactly(Optional.empty(), Optional.of(Duration.ofMinutes(1)));
    }

    @Test
    void events_come_page_after_page() {
        server.then(
                        200,
                        "{\"events\": [%s], \"pagination\": {\"cursor\": \"n\"}}"
                                .formatted(Samples.event("1", "starting")))
                .then(200, "{\"events\": [%s], \"pagination\": {}}".formatted(Samples.event("2", "running")));

        var states = client.actors().events(Samples.ID).map(ActorEvent::state).toList();

        assertThat(states).containsExactly(ActorState.STARTING, ActorState.RUNNING);
        var path = "GET /actors/%s/events".formatted(Samples.ID);
        assertThat(server.lines()).containsExactly(path, path + "?cursor=n");
    }

    @Test
    void waiting_asks_the_server_to_hold_the_request() {
        server.then(200, Samples.one("starting")).then(200, Samples.one("running"));

        var actor = client.actors().awaitReady(Samples.ID, Duration.ofMinutes(5));

        assertThat(actor.state()).isEqualTo(ActorState.RUNNING);
        assertThat(server.lines())
                .allSatisfy(line ->
                        assertThat(line).isEqualTo("GET /actors/%s?wait=ready&timeout=25000".formatted(Samples.ID)));
    }

    @Test
    void an_actor_that_ended_is_not_waited_for() {
        server.then(200, Samples.one("starting")).then(200, Samples.one("destroyed"));
        var request = CreateActor.withBuild(Samples.BUILD);

        assertThatExceptionOfType(RivetException.ActorEnded.class)
                .isThrownBy(() -> client.actors().createReady(request, Duration.ofMinutes(5)))
                .withMessageContaining("reason because")
                .satisfies(ended -> assertThat(ended.actor().id()).isEqualTo(Samples.ID));
        assertThat(server.lines())
                .containsExactly(
                        "POST /actors?wait=ready&timeout=25000",
                        "GET /actors/%s?wait=ready&timeout=25000".formatted(Samples.ID));
    }

    @Test
    void a_wait_that_is_over_says_what_the_actor_is_instead() {
        server.then(200, Samples.one("pending"));

        assertThatExceptionOfType(RivetException.TimedOut.class)
                .isThrownBy(() -> client.actors().awaitDestroyed(Samples.ID, Duration.ZERO))
                .withMessageContaining("it is pending");
    }

    @Test
    void an_id_cannot_leave_its_place_in_the_path() {
        server.then(404, Samples.problem("ACTOR_NOT_FOUND"));

        assertThatExceptionOfType(RivetException.NotFound.class)
                .isThrownBy(() -> client.actors().get("../builds?x=#"));
        assertThat(server.lines()).containsExactly("GET /actors/..%2Fbuilds%3Fx%3D%23");
        assertThatIllegalArgumentException().isThrownBy(() -> client.actors().destroy(""));
    }

    private static void assertSameJson(String actual, String expected) {
        assertThat(JSON.readTree(actual)).isEqualTo(JSON.readTree(expected));
    }
}
