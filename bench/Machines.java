import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Postgres, a control plane and agents as programs of their own, so that what the proxy costs is one process's and nobody else's. */
final class Machines implements AutoCloseable {

    private static final String TOKEN = "known to all agents of this measurement";

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Path work;
    private final EmbeddedPostgres postgres;
    private final int apiPort = freePort();

    private Machines(Path work) throws Exception {
        this.work = work;
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
        ((Logger) LoggerFactory.getLogger(EmbeddedPostgres.class.getPackageName())).setLevel(Level.WARN); // rows are for others to read
        postgres = EmbeddedPostgres.builder().start();
        started.push(postgres);
        program("rivet-control-plane", Map.of(
                "RIVET_API_PORT", Integer.toString(apiPort),
                "RIVET_AGENTS_TOKEN", TOKEN,
                "RIVET_ROUTES_MOST", "200000",
                "RIVET_DATABASE_URL", postgres.getJdbcUrl("postgres", "postgres"),
                "RIVET_DATABASE_USER", "postgres",
                "RIVET_DATABASE_TEST", "true"));
        awaitServing(apiPort, "/health", 200);
    }

    static Machines start(Path work) throws Exception {
        return new Machines(work);
    }

    /** @param process of the agent, in which its proxy is and nothing that runs actors */
    record Agent(int proxyPort, ProcessHandle process) {}

    /** Returns when its proxy serves. */
    Agent agent(String name) throws Exception {
        var port = freePort();
        var process = program("rivet-agent", Map.of(
                "RIVET_CONTROL_PLANE_URL", "http://127.0.0.1:" + apiPort,
                "RIVET_AGENT_TOKEN", TOKEN,
                "RIVET_DATA_DIR", work.resolve(name).toString(),
                "RIVET_PROXY_PORT", Integer.toString(port),
                "RIVET_CPU_MILLICORES", "100000",
                "RIVET_MEMORY_MIB", "100000",
                "RIVET_DENO", "/bin/false",
                "RIVET_WARM_PROCESSES", "0"));
        awaitServing(port, "/", 404);
        return new Agent(port, process.toHandle());
    }

    /** A build of one executable, and an actor of it that is ready. @param files of the program's folder; {@code start} is run */
    JsonNode actor(String name, Map<String, String> files) throws Exception {
        var folder = Files.createDirectories(work.resolve("build-" + name));
        var program = Files.createDirectories(folder.resolve("program"));
        for (var file : files.entrySet()) {
            Files.writeString(program.resolve(file.getKey()), file.getValue());
            Files.setPosixFilePermissions(program.resolve(file.getKey()), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(folder.resolve("rivet.json"), "{\"builds\": {\"%s\": {\"executable\": \"program\"}}}".formatted(name));
        deploy(folder);
        var reply = send("POST", "/actors?wait=ready&timeout=60000", """
                {"tags": {"name": "%1$s"}, "build_tags": {"name": "%1$s", "current": "true"}, "resources": {"cpu": 1000, "memory": 1024},
                 "network": {"ports": {"http": {"protocol": "http"}}}}""".formatted(name));
        return Dev.JSON.readTree(reply).get("actor");
    }

    private void deploy(Path folder) throws Exception {
        var builder = new ProcessBuilder(Dev.HOME.resolve("rivet").toString(), "deploy", "--json")
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("RIVET_ENDPOINT", "http://127.0.0.1:" + apiPort);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("deploy: " + output);
        }
    }

    String send(String method, String path, String body) throws IOException {
        var reply = Http.send(apiPort, method, path, body);
        if (reply.status() != 200) {
            throw new IOException("%s %s: %s".formatted(method, path, reply));
        }
        return reply.body();
    }

    Connection database() throws SQLException {
        return postgres.getPostgresDatabase().getConnection();
    }

    private Process program(String name, Map<String, String> settings) throws IOException {
        var builder = new ProcessBuilder(Dev.HOME.resolve("deploy").resolve(name).toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(work.resolve(name + ".log").toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("RIVET_"));
        builder.environment().putAll(new HashMap<>(settings));
        var process = builder.start();
        started.push(() -> end(process));
        return process;
    }

    static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    static void awaitServing(int port, String path, int status) throws Exception {
        await(path + " of port " + port, () -> Http.get(port, path).status() == status);
    }

    interface Question {
        boolean ask() throws Exception;
    }

    static void await(String what, Question question) throws Exception {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                if (question.ask()) {
                    return;
                }
            } catch (IOException e) {
                // asked again below
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("waited too long for " + what);
            }
            Thread.sleep(20);
        }
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }
}
