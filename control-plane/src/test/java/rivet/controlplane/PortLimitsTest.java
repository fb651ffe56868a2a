package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.HashMap;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.PortLimits;
import rivet.protocol.PortLimits.Rate;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.ToAgent;

/** What proxies are to take from clients of a port. */
@PostgresTest
class PortLimitsTest {

    private static final String ALL = """
            {"concurrency":100,"client_rate":{"requests":50,"per_ms":1000},"token_rate":{"requests":5,"per_ms":60000},
             "body_bytes":1048576,"header_bytes":8192,"idle_ms":60000,"request_ms":30000,"stream_ms":3600000}""";

    private static ControlPlane server;
    private static Api api;
    private static SimulatedAgent agent;

    @BeforeAll
    static void start(TestDatabase database) {
        var settings = new HashMap<String, Object>(database.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        server = ControlPlane.start(settings);
        api = new Api(server.uri());
        api.build("game.js", "{\"name\": \"game\"}");
        agent = SimulatedAgent.joined(server.uri(), "local", 100_000, 100_000);
    }

    @AfterAll
    static void stop() {
        agent.close();
        api.close();
        server.close();
    }

    private static Api.Answer create(String guard) {
        return create("http", guard);
    }

    private static Api.Answer create(String protocol, String guard) {
        return api.post("/actors", """
                {"tags": {}, "build_tags": {"name": "game"}, "network": {"ports": {
                  "http": {"protocol": "%s", "routing": {"guard": %s}}}}}
                """.formatted(protocol, guard));
    }

    private static Optional<DesiredActor.Run> told(String actor) {
        return agent.received.stream()
                .filter(ToAgent.Desired.class::isInstance)
                .flatMap(set -> ((ToAgent.Desired) set).actors().stream())
                .filter(DesiredActor.Run.class::isInstance)
                .map(DesiredActor.Run.class::cast)
                .filter(run -> run.actor().toString().equals(actor))
                .findAny();
    }

    private static PortLimits limits(DesiredActor.Run run) {
        var port = run.spec().ports().get("http");
        return port == null || port.limits() == null ? PortLimits.NONE : port.limits();
    }

    @Test
    void are_shown_as_they_were_said_and_told_to_the_agent() {
        var created = Api.require(create("{\"authorization\": {\"bearer\": \"secret\"}, \"limits\": " + ALL + "}"));

        assertThat(created.body().at("/actor/network/ports/http/routing/guard/limits"))
                .isEqualTo(Api.JSON.readTree(ALL));
        var id = created.body().at("/actor/id").asString();
        assertThat(api.get("/actors/" + id).body().at("/actor/network/ports/http/routing/guard"))
                .isEqualTo(Api.JSON.readTree("{\"authorization\":{\"bearer\":\"***\"},\"limits\":" + ALL + "}"));
        await().until(() -> told(id).isPresent());
        assertThat(limits(told(id).orElseThrow()))
                .isEqualTo(new PortLimits(
                        100,
                        new Rate(50, 1_000),
                        new Rate(5, 60_000),
                        1_048_576L,
                        8_192,
                        60_000L,
                        30_000L,
                        3_600_000L));
    }

    @Test
    void of_a_websocket_that_it_hibernates_is_shown_and_told_to_the_agent() {
        var created = Api.require(create("{\"websocket\": {\"hibernate\": true}}"));

        assertThat(created.body().at("/actor/network/ports/http/routing/guard"))
                .isEqualTo(Api.JSON.readTree("{\"websocket\":{\"hibernate\":true}}"));
        var id = created.body().at("/actor/id").asString();
        await().until(() -> told(id).isPresent());
        assertThat(told(id).orElseThrow().spec().ports())
                .extractingByKey("http")
                .extracting(ActorSpec.Port::hibernates)
                .isEqualTo(true);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http | 7                                   | ''",
                "http | {}                                  | .hibernate",
                "http | {\"hibernate\": 1}                  | .hibernate",
                "http | {\"hibernate\": true, \"for\": 1}   | .for",
                "tcp  | {\"hibernate\": true}               | ''"
            })
    void of_a_websocket_are_checked(String protocol, String websocket, String field) {
        var answer = create(protocol, "{\"websocket\": " + websocket + "}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().at("/metadata/field").asString())
                .isEqualTo("network.ports.http.routing.guard.websocket" + field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}", "{\"limits\": {}}", "{\"websocket\": {\"hibernate\": false}}"})
    void are_none_unless_said(String guard) {
        var created = Api.require(create(guard));

        assertThat(created.body().at("/actor/network/ports/http/routing/guard")).isEmpty();
        var id = created.body().at("/actor/id").asString();
        await().until(() -> told(id).isPresent());
        assertThat(limits(told(id).orElseThrow())).isEqualTo(PortLimits.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7                                                   | ''",
                "{\"speed\": 1}                                      | .speed",
                "{\"concurrency\": 0}                                | .concurrency",
                "{\"concurrency\": 1.5}                              | .concurrency",
                "{\"concurrency\": \"1\"}                            | .concurrency",
                "{\"concurrency\": null}                             | .concurrency",
                "{\"concurrency\": 1000001}                          | .concurrency",
                "{\"client_rate\": 5}                                | .client_rate",
                "{\"client_rate\": {\"requests\": 5}}                | .client_rate",
                "{\"client_rate\": {\"requests\": 0, \"per_ms\": 1000}} | .client_rate.requests",
                "{\"client_rate\": {\"requests\": 1, \"per_ms\": 999}}  | .client_rate.per_ms",
                "{\"client_rate\": {\"requests\": 1, \"per_ms\": 1000, \"burst\": 1}} | .client_rate.burst",
                "{\"token_rate\": {\"requests\": 1, \"per_ms\": 1000}} | .token_rate",
                "{\"body_bytes\": -1}                                | .body_bytes",
                "{\"body_bytes\": 1099511627777}                     | .body_bytes",
                "{\"header_bytes\": 255}                             | .header_bytes",
                "{\"header_bytes\": 32769}                           | .header_bytes",
                "{\"idle_ms\": 3600001}                              | .idle_ms",
                "{\"request_ms\": 999}                               | .request_ms",
                "{\"stream_ms\": 604800001}                          | .stream_ms"
            })
    void that_are_none_are_refused_by_their_field(String limits, String field) {
        var refused = create("{\"limits\": " + limits + "}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().path("code").asString()).isEqualTo("API_BAD_BODY");
        assertThat(refused.body().at("/metadata/field").asString())
                .isEqualTo("network.ports.http.routing.guard.limits" + field);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tcp_tls"})
    void of_what_is_no_http_are_those_of_connections(String protocol) {
        var limits = "{\"concurrency\":2,\"idle_ms\":1000,\"stream_ms\":2000}";
        var created = Api.require(create(protocol, "{\"limits\": " + limits + "}"));

        assertThat(created.body().at("/actor/network/ports/http/routing/guard/limits"))
                .isEqualTo(Api.JSON.readTree(limits));
        var id = created.body().at("/actor/id").asString();
        await().until(() -> told(id).isPresent());
        assertThat(limits(told(id).orElseThrow()))
                .isEqualTo(new PortLimits(2, null, null, null, null, 1_000L, null, 2_000L));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp     | {\"client_rate\": {\"requests\": 1, \"per_ms\": 1000}} | .client_rate",
                "tcp     | {\"token_rate\": {\"requests\": 1, \"per_ms\": 1000}}  | .token_rate",
                "tcp_tls | {\"body_bytes\": 1}                                    | .body_bytes",
                "tcp     | {\"header_bytes\": 256}                                | .header_bytes",
                "tcp_tls | {\"request_ms\": 1000}                                 | .request_ms",
                "udp     | {\"concurrency\": 1}                                   | .concurrency",
                "udp     | {\"idle_ms\": 1000}                                    | .idle_ms"
            })
    void that_need_requests_are_refused_where_there_are_none(String protocol, String limits, String field) {
        var refused = create(protocol, "{\"limits\": " + limits + "}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("API_BAD_BODY");
        assertThat(refused.field()).isEqualTo("network.ports.http.routing.guard.limits" + field);
    }
}
