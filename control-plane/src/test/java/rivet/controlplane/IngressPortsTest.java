package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.ToAgent;

/** TCP and UDP ports have a number of their region's proxies, which is theirs for as long as the actor lives. */
@ControlPlaneTest({"rivet.ingress.ports=30000-30002", "rivet.actors.backoff-base=1h", "rivet.actors.backoff-max=12h"})
class IngressPortsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    IngressPortsTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @BeforeAll
    static void aBuild(Api api) {
        api.build("game.tar", "{\"name\": \"game\"}");
    }

    @Test
    void each_port_has_an_address_which_the_actor_and_the_agents_of_its_region_are_told() {
        var agent = controlPlane.agent("told", 1000, 1024);
        var elsewhere = controlPlane.agent("not-told", 1000, 1024);

        var actor = create("told", "'a': {'protocol': 'tcp'}, 'b': {'protocol': 'tcp_tls'}, 'c': {'protocol': 'udp'}");

        var ports = shown(actor).body().at("/actor/network/ports");
        assertThat(ports.at("/a/url").stringValue()).isEqualTo("127.0.0.1:30000");
        assertThat(ports.at("/a/hostname").stringValue()).isEqualTo("127.0.0.1");
        assertThat(ports.at("/a/port").intValue()).isEqualTo(30000);
        assertThat(ports.at("/a/path").isMissingNode()).isTrue();
        assertThat(ports.at("/b/url").stringValue()).isEqualTo("127.0.0.1:30001");
        assertThat(ports.at("/c/url").stringValue()).isEqualTo("127.0.0.1:30000");
        var spec = agent.awaitRun(actor, 1).spec();
        assertThat(Objects.requireNonNull(spec.ports().get("c")).url()).isEqualTo("127.0.0.1:30000");
        awaitTold(
                agent,
                new IngressPort(30000, PortProtocol.TCP, actor, "a"),
                new IngressPort(30001, PortProtocol.TCP_TLS, actor, "b"),
                new IngressPort(30000, PortProtocol.UDP, actor, "c"));
        awaitTold(elsewhere);
    }

    @Test
    void a_number_outlives_crashes_upgrades_and_moves_and_nobody_else_is_given_it_meanwhile() {
        var first = controlPlane.agent("kept", 250, 256);
        var actor = create("kept", "'a': {'protocol': 'tcp'}");
        assertThat(number(actor)).isEqualTo(30000);

        first.up(first.awaitRun(actor, 1));
        first.down(actor, 1, DownReason.EXITED, 1);
        first.awaitRun(actor, 2);
        first.down(actor, 2, DownReason.EXITED, 1);
        await().atMost(SOON).until(() -> api.state(actor).startsWith("crash_backoff"));
        assertThat(number(actor)).isEqualTo(30000);
        assertThat(number(create("kept", "'a': {'protocol': 'tcp'}"))).isEqualTo(30001);

        var second = controlPlane.agent("kept", 250, 256);
        Api.require(api.post("/actors/" + actor + "/upgrade", "{\"build_tags\": {\"name\": \"game\"}}"));
        second.up(second.awaitRun(actor, 3));
        assertThat(number(actor)).isEqualTo(30000);
        assertThat(told(second).orElseThrow()).contains(new IngressPort(30000, PortProtocol.TCP, actor, "a"));
    }

    @Test
    void a_number_is_given_back_at_the_end_and_rests_for_as_long_as_others_are_free() {
        var agent = controlPlane.agent("back", 1000, 1024);
        var actor = create("back", "'a': {'protocol': 'udp'}");
        agent.up(agent.awaitRun(actor, 1));
        Api.require(api.delete("/actors/" + actor));
        awaitTold(agent, new IngressPort(30000, PortProtocol.UDP, actor, "a"));
        agent.awaitStop(actor);

        agent.down(actor, 1, DownReason.STOPPED, 0);

        awaitTold(agent);
        assertThat(shown(actor).body().at("/actor/network/ports/a/url").isMissingNode())
                .isTrue();
        assertThat(IntStream.range(0, 3)
                        .mapToObj(_ -> create("back", "'a': {'protocol': 'udp'}"))
                        .map(this::number))
                .containsExactly(30001, 30002, 30000);
    }

    @Test
    void where_none_is_left_nothing_is_created_and_another_region_has_its_own() {
        var agent = controlPlane.agent("full", 1000, 1024);
        controlPlane.agent("roomy", 1000, 1024);
        create("full", "'a': {'protocol': 'tcp'}, 'b': {'protocol': 'tcp'}");
        await().atMost(SOON).until(() -> many(agent) == 2);
        var before = List.of(database.count("actor"), reserved(agent), told(agent));

        var refused = api.post("/actors", body("full", "'a': {'protocol': 'tcp'}, 'b': {'protocol': 'tcp_tls'}"));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("NO_INGRESS_PORT");
        assertThat(refused.field()).isEqualTo("network.ports.b");
        assertThat(refused.raw().headers().firstValue("retry-after")).isPresent();
        assertThat(List.of(database.count("actor"), reserved(agent), told(agent)))
                .isEqualTo(before);
        assertThat(number(create("full", "'a': {'protocol': 'tcp'}"))).isEqualTo(30002);
        assertThat(number(create("full", "'a': {'protocol': 'udp'}"))).isEqualTo(30000);
        assertThat(number(create("roomy", "'a': {'protocol': 'tcp'}"))).isEqualTo(30000);
    }

    @Test
    void those_who_come_at_once_never_get_the_same() {
        controlPlane.agent("rush", 10_000, 10_240);

        var answers = IntStream.range(0, 12)
                .mapToObj(_ -> CompletableFuture.supplyAsync(
                        () -> api.post("/actors", body("rush", "'a': {'protocol': 'tcp'}"))))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(answers.stream()
                        .filter(answer -> answer.status() == 200)
                        .map(answer -> answer.text("/actor/network/ports/a/url")))
                .doesNotHaveDuplicates()
                .hasSizeBetween(1, 3);
        assertThat(answers)
                .allMatch(answer -> answer.status() == 200 || answer.code().equals("NO_INGRESS_PORT"));
    }

    @Test
    void a_get_or_create_that_finds_its_actor_takes_nothing() {
        var agent = controlPlane.agent("keyed", 1000, 1024);
        var body = body("keyed", "'a': {'protocol': 'tcp'}").replaceFirst("\\{", "{\"key\": \"room 1\", ");
        for (int i = 0; i < 3; i++) {
            Api.require(api.send(api.json("/actors").PUT(HttpRequest.BodyPublishers.ofString(body))));
        }
        assertThat(api.post("/actors", body).code()).isEqualTo("ACTOR_KEY_TAKEN");

        await().atMost(SOON).until(() -> many(agent) == 1);
    }

    @Test
    void what_another_control_plane_changed_is_told_too_and_one_that_starts_knows_all() {
        try (var other = TestControlPlane.start(database, Map.of("rivet.ingress.ports", "30000-30002"))) {
            var agent = other.agent("replicas", 1000, 1024);

            var actor = create("replicas", "'a': {'protocol': 'tcp'}");

            awaitTold(agent, new IngressPort(30000, PortProtocol.TCP, actor, "a"));
        }
        try (var restarted = TestControlPlane.start(database, Map.of("rivet.ingress.ports", "30000-30002"))) {
            var agent = restarted.agent("replicas", 1000, 1024);
            await().atMost(SOON).until(() -> many(agent) == 1);
        }
    }

    @Test
    void the_world_may_know_a_region_under_a_name_of_its_own() {
        var named = Map.<String, Object>of("rivet.ingress.host", "{region}.example.org");
        try (var other = TestControlPlane.start(database, named)) {
            other.agent("named", 1000, 1024);

            var created =
                    other.api().post("/actors", body("named", "'a': {'protocol': 'tcp'}, 'h': {'protocol': 'http'}"));

            assertThat(created.text("/actor/network/ports/a/url")).isEqualTo("named.example.org:26000");
            assertThat(created.text("/actor/network/ports/h/url")).startsWith("http://127.0.0.1:7080/");
        }
    }

    private ActorId create(String region, String ports) {
        var created = api.post("/actors", body(region, ports));
        assertThat(created.status()).as(created.raw().body()).isEqualTo(200);
        return ActorId.parse(created.text("/actor/id"));
    }

    private static String body(String region, String ports) {
        return "{'tags': {}, 'build_tags': {'name': 'game'}, 'region': '%s', 'lifecycle': {'durable': true}, 'network': {'ports': {%s}}}"
                .formatted(region, ports)
                .replace('\'', '"');
    }

    private Api.Answer shown(ActorId actor) {
        return api.get("/actors/" + actor);
    }

    private int number(ActorId actor) {
        return shown(actor).body().at("/actor/network/ports/a/port").intValue();
    }

    private static void awaitTold(SimulatedAgent agent, IngressPort... ports) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(told(agent).map(Set::copyOf)).contains(Set.of(ports)));
    }

    /** The newest of all numbers that the agent was told; empty if it was told none yet. */
    private static Optional<List<IngressPort>> told(SimulatedAgent agent) {
        return agent.received.stream()
                .filter(ToAgent.Ingress.class::isInstance)
                .map(ToAgent.Ingress.class::cast)
                .reduce((_, newer) -> newer)
                .map(ToAgent.Ingress::ports);
    }

    private static int many(SimulatedAgent agent) {
        return told(agent).map(List::size).orElse(-1);
    }

    private long reserved(SimulatedAgent agent) {
        return database.jdbc()
                .sql("select reserved_memory_mib from agent where id = :id")
                .param("id", agent.id.value())
                .query(Long.class)
                .single();
    }
}
