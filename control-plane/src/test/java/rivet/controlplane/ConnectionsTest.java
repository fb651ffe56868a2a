package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.ConnectionToken;
import rivet.protocol.PortGuard;
import rivet.protocol.Wire;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.ToAgent;

@PostgresTest
class ConnectionsTest {

    private static ControlPlane server;
    private static ControlPlane other;
    private static Api api;
    private static TestDatabase database;
    private static SimulatedAgent agent;
    private static SimulatedAgent elsewhere;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        var settings = new HashMap<String, Object>(given.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        server = ControlPlane.start(settings);
        other = ControlPlane.start(settings);
        api = new Api(server.uri());
        api.build("game.js", "{\"name\": \"game\"}");
        agent = SimulatedAgent.joined(server.uri(), "local", 100_000, 100_000);
        elsewhere = SimulatedAgent.joined(other.uri(), "local", 0, 0);
    }

    @AfterAll
    static void stop() {
        elsewhere.close();
        agent.close();
        api.close();
        other.close();
        server.close();
    }

    private static Api.Answer actor(String authorization) {
        return api.post("/actors", """
                {"tags": {}, "build_tags": {"name": "game"}, "network": {"ports": {
                  "http": {"protocol": "http", "routing": {"guard": {"authorization": %s}}},
                  "open": {"protocol": "http"}}}}
                """.formatted(authorization));
    }

    private static String connectable() {
        return Api.require(actor("{\"connection\": {}}")).body().at("/actor/id").asString();
    }

    private static Api.Answer connect(String actor, String body) {
        return api.post("/actors/" + actor + "/connections", body);
    }

    private static String connected(String actor, String subject) {
        return Api.require(connect(actor, """
                {"port": "http", "ttl_ms": 60000, "subject": "%s"}
                """.formatted(subject)))
                .body()
                .path("connection_id")
                .asString();
    }

    private static ToAgent.Access told(SimulatedAgent by) {
        return by.received.stream()
                .filter(ToAgent.Access.class::isInstance)
                .map(ToAgent.Access.class::cast)
                .reduce((_, last) -> last)
                .orElse(new ToAgent.Access(0, -1, List.of(), List.of(), List.of()));
    }

    private static List<String> revoked(SimulatedAgent by) {
        return told(by).revoked().stream().map(UUID::toString).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"bearer\": \"s3cret-canary\"} | {\"bearer\":\"***\"}",
                "{\"query\": {\"key\": \"k\", \"value\": \"s3cret-canary\"}} | {\"query\":{\"key\":\"k\",\"value\":\"***\"}}",
                "{\"connection\": {}} | {\"connection\":{}}"
            })
    void a_rule_is_shown_without_its_secret_and_told_to_the_agent_as_a_hash(String rule, String shown) {
        var created = Api.require(actor(rule));
        var id = created.body().at("/actor/id").asString();

        assertThat(created.body().at("/actor/network/ports/http/routing/guard/authorization"))
                .isEqualTo(Api.JSON.readTree(shown));
        assertThat(created.body().at("/actor/network/ports/open/routing/guard")).isEmpty();
        assertThat(database.jdbc()
                        .sql("select a::text from actor a where id = cast(:id as uuid)")
                        .param("id", id)
                        .query(String.class)
                        .single())
                .doesNotContain("s3cret-canary");
        await().until(() -> guard(id).isPresent());
        assertThat(Wire.JSON.writeValueAsString(guard(id).orElseThrow())).doesNotContain("canary");
    }

    private static Optional<PortGuard> guard(String actor) {
        return agent.received.stream()
                .filter(ToAgent.Desired.class::isInstance)
                .flatMap(set -> ((ToAgent.Desired) set).actors().stream())
                .filter(DesiredActor.Run.class::isInstance)
                .map(DesiredActor.Run.class::cast)
                .filter(run -> run.actor().toString().equals(actor))
                .flatMap(run -> Stream.ofNullable(run.spec().ports().get("http")))
                .flatMap(port -> Stream.ofNullable(port.guard()))
                .findAny();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"basic\": {}}                                  | network.ports.http.routing.guard.authorization",
                "{}                                               | network.ports.http.routing.guard.authorization",
                "{\"connection\": {}, \"bearer\": \"x\"}          | network.ports.http.routing.guard.authorization",
                "{\"bearer\": \"\"}                               | network.ports.http.routing.guard.authorization.bearer",
                "{\"bearer\": {\"token\": \"s3cret\"}}            | network.ports.http.routing.guard.authorization.bearer",
                "{\"query\": {\"value\": \"s3cret\"}}             | network.ports.http.routing.guard.authorization.query.key",
                "{\"query\": {\"key\": \"k\", \"value\": 7}}      | network.ports.http.routing.guard.authorization.query.value",
                "{\"query\": {\"key\": \"k\", \"value\": \"v\", \"s\": \"s3cret\"}} | network.ports.http.routing.guard.authorization.query.s",
                "{\"connection\": {\"x\": 1}}                     | network.ports.http.routing.guard.authorization.connection.x"
            })
    void a_rule_that_is_none_is_refused_by_its_field_and_not_repeated(String rule, String field) {
        var refused = actor(rule);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().at("/metadata/field").asString()).isEqualTo(field);
        assertThat(refused.body().toString()).doesNotContain("s3cret");
    }

    @Test
    void a_connections_token_is_signed_with_a_key_that_agents_know() throws Exception {
        var actor = connectable();
        var made = Api.require(connect(actor, """
                {"port": "http", "ttl_ms": 2000, "subject": "ann", "claims": {"role": "host"},
                 "methods": ["GET"], "path_prefix": "/rooms/1", "single_use": true}
                """)).body();

        var token = made.path("token").asString();
        assertThat(made.path("url").asString()).endsWith("/" + actor + "-http/rooms/1?rivet_token=" + token);
        assertThat(made.path("ws_url").asString()).startsWith("ws://").endsWith(token);

        var parts = token.split("\\.", -1);
        await().until(() -> told(agent).keys().stream().anyMatch(key -> key.id().equals(parts[0])));
        var key = told(agent).keys().stream()
                .filter(each -> each.id().equals(parts[0]))
                .findAny()
                .orElseThrow();
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key.publicKey()))));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();

        var says = Wire.JSON.readValue(Base64.getUrlDecoder().decode(parts[1]), ConnectionToken.class);
        assertThat(says.connection()).hasToString(made.path("connection_id").asString());
        assertThat(says.actor()).hasToString(actor);
        assertThat(says.claims()).containsEntry("role", "host");
        assertThat(says.singleUse()).isTrue();
        assertThat(java.time.Instant.parse(made.path("expires_at").asString()).toEpochMilli())
                .isEqualTo(says.expiresAtMs());

        var listed = api.get("/actors/" + actor + "/connections").body().at("/connections/0");
        assertThat(listed.path("subject").asString()).isEqualTo("ann");
        assertThat(listed.path("methods").path(0).asString()).isEqualTo("GET");
        assertThat(listed.toString()).doesNotContain(parts[1], parts[2]);
    }

    @Test
    void revocations_reach_agents_of_every_replica() {
        var actor = connectable();
        var one = connected(actor, "ann");
        var two = connected(actor, "ann");
        var three = connected(actor, "ben");

        assertThat(api.delete("/actors/" + actor + "/connections/" + one).status())
                .isEqualTo(200);
        for (var each : List.of(agent, elsewhere)) {
            await().until(() -> revoked(each).contains(one));
            assertThat(revoked(each)).doesNotContain(two, three);
        }

        assertThat(Api.require(api.delete("/connections?subject=ann"))
                        .body()
                        .path("revoked")
                        .asLong())
                .isEqualTo(1);
        await().until(() -> revoked(elsewhere).contains(two));
        assertThat(revoked(elsewhere)).doesNotContain(three);

        assertThat(Api.require(api.delete("/actors/" + actor + "/connections"))
                        .body()
                        .path("revoked")
                        .asLong())
                .isEqualTo(1);
        await().until(() -> revoked(elsewhere).contains(three));
        assertThat(api.get("/actors/" + actor + "/connections")
                        .body()
                        .at("/connections/0")
                        .has("revoked_at"))
                .isTrue();
    }

    @Test
    void an_agent_that_joins_is_told_all_that_was_revoked() {
        var actor = connectable();
        var gone = connected(actor, "late");
        Api.require(api.delete("/actors/" + actor + "/connections/" + gone));

        try (var late = SimulatedAgent.joined(server.uri(), "local", 0, 0)) {
            await().until(() -> revoked(late).contains(gone));
            assertThat(told(late).keys()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"ttl_ms\": 1000}                                                 | 400 | port",
                "{\"port\": \"nope\", \"ttl_ms\": 1000}                             | 400 | port",
                "{\"port\": \"open\", \"ttl_ms\": 1000}                             | 409 | port",
                "{\"port\": \"http\"}                                               | 400 | ttl_ms",
                "{\"port\": \"http\", \"ttl_ms\": 999}                              | 400 | ttl_ms",
                "{\"port\": \"http\", \"ttl_ms\": 604800001}                        | 400 | ttl_ms",
                "{\"port\": \"http\", \"ttl_ms\": 600001, \"single_use\": true}     | 400 | ttl_ms",
                "{\"port\": \"http\", \"ttl_ms\": 1000, \"subject\": \"a\\r\\nb\"}  | 400 | subject",
                "{\"port\": \"http\", \"ttl_ms\": 1000, \"claims\": {\"A b\": \"\"}} | 400 | claims.A b",
                "{\"port\": \"http\", \"ttl_ms\": 1000, \"claims\": {\"a\": \"\\n\"}} | 400 | claims.a",
                "{\"port\": \"http\", \"ttl_ms\": 1000, \"methods\": [\"get\"]}     | 400 | methods",
                "{\"port\": \"http\", \"ttl_ms\": 1000, \"path_prefix\": \"/a/../b\"} | 400 | path_prefix"
            })
    void what_is_wrong_is_named(String body, int status, String field) {
        var refused = connect(connectable(), body);

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.body().at("/metadata/field").asString()).isEqualTo(field);
    }

    @Test
    void an_actor_or_connection_that_is_not_there_is_not_found() {
        assertThat(connect(UUID.randomUUID().toString(), "{\"port\": \"http\", \"ttl_ms\": 1000}")
                        .status())
                .isEqualTo(404);
        assertThat(api.delete("/actors/" + connectable() + "/connections/" + UUID.randomUUID())
                        .code())
                .isEqualTo("CONNECTION_NOT_FOUND");
    }
}
