package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport.Phase;

/** What Prometheus reads here, and who may. */
@PostgresTest
class MetricsTest {

    private static final String PATH = "/actuator/prometheus";
    private static final String TOKEN = "a-token-for-prometheus-that-is-long-enough";

    @Test
    void requests_and_actors_are_counted_by_what_became_of_them(TestDatabase database) {
        try (var controlPlane = start(database, Map.of());
                var api = new Api(controlPlane.uri())) {
            api.build("counted", "{\"name\":\"counted\"}");
            api.get("/actors/00000000-0000-0000-0000-000000000000");
            api.post("/actors", """
                    {"tags": {"a": "b"}, "build_tags": {"name": "counted"}, "region": "local"}""");

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(scrape(api))
                                    .contains(
                                            "rivet_actors{reason=\"no_agents_in_region\",region=\"local\",state=\"pending\"} 1"));
            assertThat(scrape(api))
                    .contains(
                            "rivet_api_requests_seconds_count{method=\"GET\",status=\"404\",uri=\"/actors/{id}\"} 1",
                            "rivet_api_requests_seconds_count{method=\"POST\",status=\"200\",uri=\"/actors\"} 1",
                            "rivet_database_up 1.0",
                            "rivet_actor_start_phase_seconds_count{phase=\"place\"}",
                            "hikaricp_connections_active{pool=\"rivet\"}");
        }
    }

    @Test
    void start_is_timed_by_phase_and_agents_are_counted_by_region(TestDatabase database) {
        try (var controlPlane = start(database, Map.of());
                var api = new Api(controlPlane.uri());
                var agent = SimulatedAgent.joined(controlPlane.uri(), "fra", 4000, 4096)) {
            api.build("timed", "{\"name\":\"timed\"}");
            var created = Api.require(api.post("/actors", """
                    {"tags": {}, "build_tags": {"name": "timed"}, "region": "fra"}"""));
            var actor = ActorId.parse(created.body().at("/actor/id").asString());
            agent.awaitRun(actor, 1);

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(scrape(api))
                            .contains(
                                    "rivet_actor_start_phase_seconds_count{phase=\"queue\"} 1",
                                    "rivet_actor_start_phase_seconds_count{phase=\"push\"} 1",
                                    "rivet_agents{region=\"fra\",state=\"fresh\"} 1",
                                    "rivet_agents_heartbeat_age_seconds{region=\"fra\"}",
                                    "rivet_links 1.0"));

            agent.report(actor, 1, new Phase.Up(Map.of(), Phase.Rest.IDLE));

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(scrape(api))
                            .contains("rivet_actors{reason=\"idle\",region=\"fra\",state=\"stopping\"} 1"));
        }
    }

    @Test
    void private_access_wants_the_token_that_is_for_metrics_alone(TestDatabase database) {
        var bootstrap = "a-bootstrap-token-that-is-long-enough-for-us";
        var settings = Map.<String, Object>of(
                "rivet.auth.access", "private", "rivet.auth.bootstrap-token", bootstrap, "rivet.metrics.token", TOKEN);
        try (var controlPlane = start(database, settings);
                var api = new Api(controlPlane.uri())) {
            assertThat(status(api, null)).isEqualTo(401);
            assertThat(status(api, bootstrap)).isEqualTo(401);
            assertThat(status(api, TOKEN)).isEqualTo(200);
        }
    }

    @Test
    void private_access_without_such_a_token_shows_metrics_to_nobody(TestDatabase database) {
        try (var controlPlane = start(database, Map.of("rivet.auth.access", "private"));
                var api = new Api(controlPlane.uri())) {
            assertThat(status(api, "")).isEqualTo(401);
        }
    }

    private static int status(Api api, @Nullable String token) {
        var request = api.request(PATH);
        if (token != null) {
            request.header("authorization", "Bearer " + token);
        }
        return raw(request).statusCode();
    }

    private static String scrape(Api api) {
        return raw(api.request(PATH)).body();
    }

    private static HttpResponse<String> raw(HttpRequest.Builder request) {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ControlPlane start(TestDatabase database, Map<String, Object> more) {
        var settings = new HashMap<>(database.properties());
        settings.put("rivet.api.port", 0);
        settings.put("rivet.agents.token", SimulatedAgent.TOKEN);
        settings.putAll(more);
        return ControlPlane.start(settings);
    }
}
