package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.devserver.stories.RunningDevServer.CHECKOUT;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** Postgres, a control plane and an agent as programs of their own, started as operators start them. */
class SeveralMachinesTest {

    private static final int ACTORS = 50;

    @TempDir
    Path work;

    private final HttpClient http = HttpClient.newHttpClient();
    private final int apiPort = freePort();
    private final int proxyPort = freePort();
    private EmbeddedPostgres postgres;
    private Process controlPlane;
    private Process agent;

    @BeforeEach
    void start() throws Exception {
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
        postgres = EmbeddedPostgres.builder().start();
        controlPlane = program(
                "rivet-control-plane",
                Map.of(
                        "RIVET_API_PORT",
                        Integer.toString(apiPort),
                        "RIVET_AGENTS_TOKEN",
                        "token of the agents",
                        "RIVET_DATABASE_URL",
                        postgres.getJdbcUrl("postgres", "postgres"),
                        "RIVET_DATABASE_USER",
                        "postgres",
                        "RIVET_DATABASE_TEST",
                        "true"));
        soon().until(() -> get("/health").statusCode() == 200);
        agent = agent();
    }

    @AfterEach
    void close() throws Exception {
        for (var program : List.of(agent, controlPlane)) {
            program.destroy();
            assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        postgres.close();
    }

    @Test
    void an_agent_that_is_killed_and_started_again_serves_the_same_processes() throws Exception {
        var deploy = RunningDevServer.java("rivet.cli.Rivet", "deploy")
                .directory(CHECKOUT.resolve("bench/cluster/counter").toFile());
        deploy.environment().put("RIVET_ENDPOINT", "http://127.0.0.1:" + apiPort);
        assertThat(RunningDevServer.run(deploy).exitCode()).isZero();
        var actors = new ArrayList<JsonNode>();
        for (int i = 0; i < ACTORS; i++) {
            actors.add(create());
        }
        var before = pids(actors);
        assertThat(before).doesNotHaveDuplicates();

        agent.destroyForcibly().waitFor();
        agent = agent();

        assertThat(pids(actors)).isEqualTo(before);
    }

    private Process agent() throws IOException {
        return program(
                "rivet-agent",
                Map.of(
                        "RIVET_CONTROL_PLANE_URL", "http://127.0.0.1:" + apiPort,
                        "RIVET_AGENT_TOKEN", "token of the agents",
                        "RIVET_DATA_DIR", work.resolve("agent").toString(),
                        "RIVET_PROXY_PORT", Integer.toString(proxyPort),
                        "RIVET_CPU_MILLICORES", "100000",
                        "RIVET_MEMORY_MIB", "100000",
                        "RIVET_DENO", "/bin/false",
                        "RIVET_WARM_PROCESSES", "0"));
    }

    private Process program(String name, Map<String, String> settings) throws IOException {
        var builder = new ProcessBuilder(
                        CHECKOUT.resolve("deploy").resolve(name).toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", name + ".log").toFile()));
        builder.environment().putAll(settings);
        return builder.start();
    }

    private JsonNode create() throws Exception {
        var request = HttpRequest.newBuilder(api("/actors?wait=ready"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"tags": {}, "build_tags": {"name": "chaos-counter", "current": "true"},
                         "network": {"ports": {"http": {"protocol": "http"}}}}"""))
                .build();
        var reply = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body()).get("actor");
    }

    /** As each of them says itself; waits for its reply. */
    private List<Integer> pids(List<JsonNode> actors) {
        return actors.stream()
                .map(actor -> URI.create(RunningDevServer.url(actor, "http") + "/"))
                .map(url -> soon().until(() -> pid(url), pid -> pid > 0))
                .toList();
    }

    /** 0 where it does not reply. */
    private int pid(URI url) throws Exception {
        try {
            var reply = http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
            return reply.statusCode() == 200
                    ? Wire.JSON.readTree(reply.body()).get("pid").asInt()
                    : 0;
        } catch (IOException _) {
            return 0;
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(api(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI api(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(apiPort, path));
    }

    private static org.awaitility.core.ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).ignoreExceptions().pollInterval(Duration.ofMillis(20));
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
