package rivet.devserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.ControlPlane;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/**
 * A Postgres, a control plane in this process, and two agents of one region as programs of their own, which can be killed.
 * Everything listens on loopback and on free ports. Leases are short, so that a lost agent's actors are elsewhere within 5 s.
 */
public final class TwoAgents implements AutoCloseable {

    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String TOKEN = "known to both agents";

    public static final Map<String, Object> SHORT_LEASES = Map.of(
            "rivet.agents.heartbeat", "500ms",
            "rivet.agents.fresh", "1500ms",
            "rivet.agents.fence", "2s",
            "rivet.agents.freeze", "500ms",
            "rivet.agents.stall", "1s",
            "rivet.agents.unreachable", "3s",
            "rivet.agents.replace-after", "4s");

    /**
     * Answers with who it is, what it was sent, and how many {@code /slow} requests it has, which take a second. Over a WebSocket
     * it repeats. Ends at the signal to stop, whatever it is at.
     */
    private static final String ACTOR = """
            export default {
              async start(ctx) {
                const { id: actor, generation } = ctx.metadata.actor;
                let slow = 0;
                Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")) }, async (request) => {
                  if (request.headers.get("upgrade") === "websocket") {
                    const { socket, response } = Deno.upgradeWebSocket(request);
                    socket.onmessage = ({ data }) => socket.send(data);
                    return response;
                  }
                  const body = await request.text();
                  if (new URL(request.url).pathname === "/slow") {
                    slow++;
                    await new Promise((done) => setTimeout(done, 1000));
                    slow--;
                  }
                  return Response.json({ actor, generation, body, slow });
                });
              },
            };
            """;

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path work;
    private final URI api;

    public final RunningAgent first;
    public final RunningAgent second;

    /** Returns when both agents have joined. @param work an empty folder */
    public static TwoAgents start(Path work) throws Exception {
        return start(work, SHORT_LEASES);
    }

    /** @param settings of the control plane, as in {@code application.yaml} */
    public static TwoAgents start(Path work, Map<String, Object> settings) throws Exception {
        return new TwoAgents(work, settings);
    }

    private TwoAgents(Path work, Map<String, Object> settings) throws Exception {
        this.work = work;
        try {
            var database = keep(DevDatabase.start(work.resolve("postgres"), tools()));
            var properties = new HashMap<String, Object>(database.settings());
            properties.put("rivet.api.host", "127.0.0.1");
            properties.put("rivet.api.port", 0);
            properties.put("rivet.auth.access", "development");
            properties.put("rivet.agents.token", TOKEN);
            properties.putAll(settings);
            api = keep(ControlPlane.start(properties)).uri();
            first = keep(new RunningAgent("first"));
            second = keep(new RunningAgent("second"));
            deploy();
            awaitJoined();
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** An agent as a program, and its proxy. */
    public final class RunningAgent implements AutoCloseable {

        private final Path data;
        private final int proxyPort = freePort();
        private final int metricsPort = freePort();
        private Process process;

        private RunningAgent(String name) throws IOException {
            data = work.resolve(name);
            process = launch();
            awaitListening();
        }

        private Process launch() throws IOException {
            var builder = java("rivet.agent.AgentMain")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
            builder.environment().keySet().removeIf(variable -> variable.startsWith("RIVET_"));
            builder.environment()
                    .putAll(Map.of(
                            "RIVET_CONTROL_PLANE_URL",
                            api.toString(),
                            "RIVET_AGENT_TOKEN",
                            TOKEN,
                            "RIVET_DATA_DIR",
                            data.toString(),
                            "RIVET_TOOLS_DIR",
                            tools().toString(),
                            "RIVET_PROXY_PORT",
                            Integer.toString(proxyPort),
                            "RIVET_METRICS_PORT",
                            Integer.toString(metricsPort),
                            "RIVET_CPU_MILLICORES",
                            "10000",
                            "RIVET_MEMORY_MIB",
                            "10000",
                            "RIVET_WARM_PROCESSES",
                            "1",
                            // As between two machines, though this is one.
                            "RIVET_HOP_TLS",
                            "on"));
            return builder.start();
        }

        private void awaitListening() {
            await().atMost(LONG).ignoreExceptions().until(() -> {
                assertThat(process.isAlive())
                        .as("the agent; its log is %s", log())
                        .isTrue();
                try (var socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort)) {
                    return socket.isConnected();
                }
            });
        }

        public Path log() {
            return data.resolveSibling(data.getFileName() + ".log");
        }

        public ProcessHandle process() {
            return process.toHandle();
        }

        /** As the API knows it. */
        public String agentId() throws IOException {
            return Files.readString(data.resolve("agent-id")).strip();
        }

        /** Where its proxy is. */
        public URI url() {
            return URI.create("http://127.0.0.1:" + proxyPort);
        }

        /** What Prometheus reads of it. */
        public URI metrics() {
            return URI.create("http://127.0.0.1:" + metricsPort + "/actuator/prometheus");
        }

        /** No new actor lands there until it is lifted. */
        public void cordon() throws Exception {
            ask("cordon");
        }

        public void uncordon() throws Exception {
            ask("uncordon");
        }

        private void ask(String what) throws Exception {
            var reply = send("POST", "/agents/%s/%s".formatted(agentId(), what), "");
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        }

        /** The actor's port {@code http} through this agent. */
        public URI url(JsonNode actor, String rest) {
            return url().resolve("/%s-http%s".formatted(id(actor), rest));
        }

        public boolean runs(JsonNode actor) throws Exception {
            var port = actor(actor).get("network").get("ports").get("http");
            return URI.create(port.get("url").stringValue()).getPort() == proxyPort;
        }

        /** kill -9. Its actors live on for a while, and are frozen when its lease is over. */
        public void kill() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
        }

        /** As after {@link #kill}, with the same data. */
        public void startAgain() throws IOException {
            process = launch();
            awaitListening();
        }

        /** With its actors, in order. */
        @Override
        public void close() throws IOException {
            process.destroy();
            try {
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /** One that listens may still have nobody to ask where an actor is. */
    private void awaitJoined() {
        await().atMost(LONG)
                .until(() -> Wire.JSON
                                .readTree(send("GET", "/agents", null).body())
                                .get("agents")
                                .valueStream()
                                .filter(agent ->
                                        agent.get("state").stringValue().equals("ready"))
                                .count()
                        == 2);
    }

    public URI api() {
        return api;
    }

    /** A durable actor, which answers each request with its generation and the body that it was sent. */
    public JsonNode createReady() throws Exception {
        var actor = create("""
                {"tags": {"name": "two-agents"}, "build_tags": {"name": "main", "current": "true"}, "lifecycle": {"durable": true},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""");
        awaitState(actor, "running");
        return actor;
    }

    public JsonNode create(String body) throws Exception {
        var reply = send("POST", "/actors", body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body()).get("actor");
    }

    /** As it is now. */
    public JsonNode actor(JsonNode actor) throws Exception {
        return Wire.JSON
                .readTree(send("GET", "/actors/" + id(actor), null).body())
                .get("actor");
    }

    public void awaitState(JsonNode actor, String state) {
        await().atMost(LONG).until(() -> actor(actor).get("state").stringValue().equals(state));
    }

    /** The agent that runs an actor. */
    public RunningAgent owner(JsonNode actor) throws Exception {
        return first.runs(actor) ? first : second;
    }

    public RunningAgent other(RunningAgent agent) {
        return agent.equals(first) ? second : first;
    }

    public HttpResponse<String> get(URI url) throws Exception {
        return http.send(HttpRequest.newBuilder(url).timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> post(URI url, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(url)
                        .timeout(LONG)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Asks the API. */
    public HttpResponse<String> send(String method, String path, @Nullable String body) throws Exception {
        var publisher = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return http.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .method(method, publisher)
                        .header("content-type", "application/json")
                        .timeout(LONG)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    public static String id(JsonNode actor) {
        return actor.get("id").stringValue();
    }

    private void deploy() throws Exception {
        var project = Files.createDirectories(work.resolve("project"));
        Files.writeString(project.resolve("rivet.json"), "{\"actors\": {\"main\": {\"script\": \"main.ts\"}}}");
        Files.writeString(project.resolve("main.ts"), ACTOR);
        var builder = java("rivet.cli.Rivet", "deploy").directory(project.toFile());
        builder.environment().put("RIVET_ENDPOINT", api.toString());
        var log = work.resolve("deploy.log");
        var deploying =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(deploying.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(deploying.exitValue()).as(Files.readString(log)).isZero();
    }

    private static ProcessBuilder java(String main, String... arguments) {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Drivet.home=" + CHECKOUT,
                "-cp",
                // An empty entry is the folder that the program is started in.
                System.getProperty("java.class.path").replace(File.pathSeparator.repeat(2), File.pathSeparator),
                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /** Shared by all tests of the checkout: installing takes long. */
    private static Path tools() {
        return CHECKOUT.resolve(".rivet/tools");
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        started.push(part);
        return part;
    }

    @Override
    public void close() throws IOException {
        try {
            while (!started.isEmpty()) {
                started.pop().close();
            }
        } catch (Exception e) {
            throw new IOException(e);
        }
        http.close();
    }
}
