import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A dev server of its own folder and ports, and the few calls that the measurements make. */
final class Dev implements AutoCloseable {

    static final Path HOME = Path.of(System.getProperty("rivet.home"));
    static final JsonMapper JSON = JsonMapper.shared();

    private static final Duration READY = Duration.ofSeconds(90);

    final Process process;
    final int apiPort;
    final int proxyPort;
    final double readyMs;

    private Dev(Process process, int apiPort, int proxyPort, double readyMs) {
        this.process = process;
        this.apiPort = apiPort;
        this.proxyPort = proxyPort;
        this.readyMs = readyMs;
    }

    static Dev start(Path data, String... options) throws Exception {
        var command = new ArrayList<>(List.of(
                HOME.resolve("rivet").toString(), "dev", "--port", "0", "--proxy-port", "0", "--data", data.toString()));
        command.addAll(List.of(options));
        var began = System.nanoTime();
        var process = new ProcessBuilder(command).redirectError(data.resolveSibling(data.getFileName() + ".log").toFile()).start();
        var output = new BufferedReader(new InputStreamReader(process.getInputStream()));
        for (String line; (line = output.readLine()) != null; ) {
            if (line.startsWith("ready")) {
                var ms = (System.nanoTime() - began) / 1e6;
                Thread.startVirtualThread(() -> drain(output));
                return new Dev(process, port(line, "api"), port(line, "proxy"), ms);
            }
            if (System.nanoTime() - began > READY.toNanos()) {
                break;
            }
        }
        process.destroy();
        throw new IOException("the dev server did not become ready; its output is in " + data + ".log");
    }

    /** @return the CLI's JSON answer */
    JsonNode rivet(Path folder, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(HOME.resolve("rivet").toString()));
        command.addAll(List.of(arguments));
        command.add("--json");
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("RIVET_ENDPOINT", "http://127.0.0.1:" + apiPort);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("%s failed: %s".formatted(command, output));
        }
        return JSON.readTree(output);
    }

    JsonNode create(String body) throws IOException {
        var reply = Http.send(apiPort, "POST", "/actors", body);
        if (reply.status() != 200) {
            throw new IOException("create: " + reply);
        }
        return JSON.readTree(reply.body()).get("actor");
    }

    void destroy(String actor) throws IOException {
        var reply = Http.send(apiPort, "DELETE", "/actors/" + actor + "?override_kill_timeout=0", "");
        if (reply.status() != 200) {
            throw new IOException("destroy: " + reply);
        }
    }

    /** The dev server's process and all below it, and its Postgres. */
    Stream<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    static Path temporary(String name) throws IOException {
        return Files.createTempDirectory("rivet-bench-" + name);
    }

    private static int port(String ready, String name) {
        return Integer.parseInt(ready.replaceAll(".*" + name + " http://[^:]*:(\\d+).*", "$1"));
    }

    private static void drain(BufferedReader output) {
        try {
            while (output.readLine() != null) {}
        } catch (IOException e) {
            // The server is gone, and with it the need to empty its pipe.
        }
    }
}
