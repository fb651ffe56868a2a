package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.protocol.PortGuard;
import rivet.protocol.link.IssuerKeys;
import rivet.protocol.link.ToAgent;

/** Ports that want a token of an OpenID Connect issuer, which is a real one at a socket. */
@PostgresTest
class OidcTest {

    private final RSAKey first = key("k1");
    private final RSAKey second = key("k2");
    private HttpServer server;
    private String issuer = "";
    private volatile List<JWK> keys = List.of(
            first, new OctetSequenceKey.Builder(new byte[32]).keyID("secret").build());

    @BeforeEach
    void issue() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext(
                "/.well-known/openid-configuration", exchange -> answer(exchange, """
                {"issuer": "%s", "jwks_uri": "%s/keys"}""".formatted(issuer, issuer)));
        server.createContext("/keys", exchange -> answer(exchange, new JWKSet(keys).toString(false)));
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    @Test
    void agents_are_told_the_public_keys_of_the_issuers_that_the_operator_named(TestDatabase database) {
        try (var controlPlane = ControlPlane.start(settings(database));
                var api = new Api(controlPlane.uri());
                var agent = SimulatedAgent.joined(controlPlane.uri(), "local", 1000, 1000)) {
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(told(agent))
                            .hasValueSatisfying(
                                    keys -> assertThat(keys).contains("k1").doesNotContain("\"d\"", "secret")));

            keys = List.of(first, second);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(told(agent))
                            .hasValueSatisfying(keys -> assertThat(keys).contains("k1", "k2")));

            api.build("guarded.js", "{\"name\": \"guarded\"}");
            var created = Api.require(actor(api, issuer));
            assertThat(created.body().at("/actor/network/ports/http/routing/guard/authorization"))
                    .isEqualTo(Api.JSON.readTree("""
                            {"oidc": {"issuer": "%s", "audience": "game"}}""".formatted(issuer)));
            var run = agent.awaitRun(rivet.protocol.ActorId.parse(created.text("/actor/id")), 1);
            assertThat(run.spec().ports())
                    .extractingByKey("http")
                    .extracting(port -> port.guard())
                    .isEqualTo(new PortGuard.Oidc(issuer, "game"));
        }
    }

    @Test
    void another_issuer_is_refused_and_nobody_asks_it(TestDatabase database) {
        try (var controlPlane = ControlPlane.start(settings(database));
                var api = new Api(controlPlane.uri())) {
            api.build("guarded.js", "{\"name\": \"guarded\"}");

            var refused = actor(api, "http://169.254.169.254");

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.field()).isEqualTo("network.ports.http.routing.guard.authorization.oidc.issuer");
        }
    }

    private Map<String, Object> settings(TestDatabase database) {
        var settings = new HashMap<String, Object>(database.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        settings.put("rivet.oidc.issuers", issuer);
        settings.put("rivet.oidc.refresh", "1s");
        return settings;
    }

    private static Optional<String> told(SimulatedAgent agent) {
        return agent.received.stream()
                .filter(ToAgent.Access.class::isInstance)
                .map(ToAgent.Access.class::cast)
                .flatMap(access -> access.issuers().stream())
                .map(IssuerKeys::jwks)
                .reduce((_, last) -> last);
    }

    private static Api.Answer actor(Api api, String issuer) {
        return api.post("/actors", """
                {"tags": {}, "build_tags": {"name": "guarded"}, "network": {"ports": {"http": {"protocol": "http",
                  "routing": {"guard": {"authorization": {"oidc": {"issuer": "%s", "audience": "game"}}}}}}}}
                """.formatted(issuer));
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        try (exchange) {
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
