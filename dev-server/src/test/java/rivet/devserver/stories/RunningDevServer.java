package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** A dev server in a process of its own, as {@code rivet dev} starts it, and what its users do with it. */
final class RunningDevServer implements AutoCloseable {

    /** The folder of the checkout: its examples are deployed, and its tools are shared by all tests. */
    static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern READY_LINE =
            Pattern.compile("ready .* api (\\S+) +proxy (\\S+) .* agent-metrics (\\S+)");

    final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final URI api;
    private final URI agentMetrics;

    private RunningDevServer(Process process, URI api, URI agentMetrics) {
        this.process = process;
        this.api = api;
        this.agentMetrics = agentMetrics;
    }

    static RunningDevServer start(Path data) throws IOException {
        return start(data, Map.of());
    }

    /** @param settings as environment variables */
    static RunningDevServer start(Path data, Map<String, String> settings) throws IOException {
        var builder = java(
                        "rivet.devserver.DevServerMain", "--port", "0", "--proxy-port", "0", "--data", data.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        data.resolveSibling("dev-server.log").toFile()));
        builder.environment().putAll(settings);
        var process = builder.start();
        var lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line; (line = lines.readLine()) != null; ) {
            var ready = READY_LINE.matcher(line);
            if (ready.matches()) {
                Thread.startVirtualThread(() -> lines.lines().forEach(_ -> {}));
                return new RunningDevServer(process, URI.create(ready.group(1)), URI.create(ready.group(3)));
            }
        }
        throw new IOException("the dev server ended before it was ready; its log: "
                + Files.readString(data.resolveSibling("dev-server.log")));
    }

    URI api() {
        return api;
    }

    /** What Prometheus reads of both parts. */
    Scrape scrape() throws Exception {
        return Scrape.of(
                get(api.resolve("/actuator/prometheus").toString()).body(),
                get(agentMetrics.toString()).body());
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            assertThat(process.waitFor(15, TimeUnit.SECONDS))
                    .as("SIGTERM ends the dev server within 15 s")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Deploys a copy of an example, so that nothing is written into the checkout. */
    void deployExample(String name, Path work) throws Exception {
        deployExample(api, name, work);
    }

    static void deployExample(URI api, String name, Path work) throws Exception {
        var copy = work.resolve(name);
        copy(CHECKOUT.resolve("examples").resolve(name), copy);
        assertThat(rivet(api, copy, "deploy").exitCode()).as("deploy " + name).isZero();
    }

    /** @return the actor's JSON as the API shows it */
    JsonNode create(String body) throws Exception {
        var reply = send("POST", "/actors", body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Wire.JSON.readTree(reply.body()).get("actor");
    }

    JsonNode actor(JsonNode actor) throws Exception {
        return Wire.JSON
                .readTree(send("GET", "/actors/" + id(actor), null).body())
                .get("actor");
    }

    String stateOf(JsonNode actor) throws Exception {
        return actor(actor).get("state").stringValue();
    }

    void destroy(JsonNode actor) throws Exception {
        assertThat(send("DELETE", "/actors/" + id(actor), null).statusCode()).isEqualTo(200);
    }

    void awaitState(JsonNode actor, String state) {
        await().atMost(Duration.ofSeconds(40)).until(() -> stateOf(actor).equals(state));
    }

    HttpResponse<String> send(String method, String path, @Nullable String body) throws Exception {
        var publisher = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        return http.send(
                HttpRequest.newBuilder(api.resolve(path))
                        .method(method, publisher)
                        .header("content-type", "application/json")
                        .timeout(Duration.ofMinutes(1))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String url) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofMinutes(1))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The command, with its standard output and its standard error apart. */
    Ran rivet(Path folder, String... arguments) throws Exception {
        return rivet(api, folder, arguments);
    }

    static Ran rivet(URI api, Path folder, String... arguments) throws Exception {
        var builder = java("rivet.cli.Rivet", arguments);
        builder.environment().put("RIVET_ENDPOINT", api.toString());
        return run(builder.directory(folder.toFile()));
    }

    /** A script of {@code src/test/npm} with the packages of its lock file. */
    Ran node(String script, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return run(new ProcessBuilder(command).directory(NpmPackages.folder().toFile()));
    }

    static String id(JsonNode actor) {
        return actor.get("id").stringValue();
    }

    static String url(JsonNode actor, String port) {
        return actor.get("network").get("ports").get(port).get("url").stringValue();
    }

    record Ran(int exitCode, String output, String errors) {}

    static Ran run(ProcessBuilder builder) throws Exception {
        var process = builder.start();
        var errors = new StringBuilder();
        var reader = Thread.startVirtualThread(() -> process.errorReader()
                .lines()
                .forEach(line -> errors.append(line).append('\n')));
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        reader.join();
        return new Ran(process.waitFor(), output, errors.toString());
    }

    static ProcessBuilder java(String main, String... arguments) {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", // none of them lives for long
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Drivet.home=" + CHECKOUT,
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.filter(each -> !each.toString().contains("node_modules"))
                    .toList()) {
                var target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
