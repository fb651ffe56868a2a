package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.AgentTest.soon;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;

/** What Prometheus reads of an agent. */
class AgentMetricsTest {

    @TempDir
    Path data;

    private final ActorId actor = ActorId.random();
    private FakeControlPlane controlPlane;
    private Agent agent;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        controlPlane = new FakeControlPlane();
        agent = Agent.start(AgentSettings.read(Map.of(
                "RIVET_CONTROL_PLANE_URL",
                controlPlane.uri().toString(),
                "RIVET_AGENT_TOKEN",
                FakeControlPlane.TOKEN,
                "RIVET_DATA_DIR",
                data.toString(),
                "RIVET_DENO",
                "/bin/false",
                "RIVET_PROXY_PORT",
                "0",
                "RIVET_WARM_PROCESSES",
                "0")));
    }

    @AfterEach
    void close() {
        agent.close();
        controlPlane.close();
    }

    @Test
    void life_of_an_actor_is_timed_and_counted() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo up; exec sleep 1000");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.up(actor, 1).isPresent());

        soon().untilAsserted(() -> assertThat(scrape())
                .contains("rivet_agent_actors{state=\"running\"} 1.0", "rivet_agent_link_up 1.0")
                .contains("rivet_actor_start_phase_seconds_count{phase=\"fetch\"} 1")
                .contains("rivet_actor_start_phase_seconds_count{phase=\"spawn\"} 1")
                .contains("rivet_actor_start_phase_seconds_count{phase=\"listen\"} 1")
                .containsPattern("rivet_agent_lease_age_seconds \\d"));

        controlPlane.desire(new Stop(actor, 1, 10_000));
        soon().untilAsserted(() -> assertThat(scrape())
                .contains("rivet_agent_actor_ends_total{reason=\"stopped\"} 1.0")
                .contains("rivet_agent_actors{state=\"running\"} 0.0"));
    }

    @Test
    void requests_are_counted_by_what_became_of_them() throws Exception {
        get(agent.proxyUrl().resolve("/nothing"));
        get(agent.proxyUrl().resolve("/nothing"));

        assertThat(scrape())
                .contains("rivet_proxy_requests_total{cause=\"no_route\",status=\"4xx\"} 2.0")
                .contains("rivet_proxy_requests_total{cause=\"answered\",status=\"2xx\"} 0.0");
    }

    @Test
    void two_agents_in_one_process_do_not_count_for_each_other() throws Exception {
        get(agent.proxyUrl().resolve("/nothing"));
        var other = Files.createTempDirectory(data, "other");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var second = Agent.start(AgentSettings.read(Map.of(
                "RIVET_CONTROL_PLANE_URL",
                controlPlane.uri().toString(),
                "RIVET_AGENT_TOKEN",
                FakeControlPlane.TOKEN,
                "RIVET_DATA_DIR",
                other.toString(),
                "RIVET_DENO",
                "/bin/false",
                "RIVET_PROXY_PORT",
                "0",
                "RIVET_WARM_PROCESSES",
                "0")))) {
            assertThat(get(second.metricsUrl())).doesNotContain("no_route").contains("jvm_memory_used_bytes");
        }
    }

    private String scrape() throws Exception {
        return get(agent.metricsUrl());
    }

    private static String get(URI uri) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
