package cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An installation as docs/operate/several-machines.md describes it: each part is a program of its own, started as there. */
final class Cluster implements AutoCloseable {

    static final Path HOME = Path.of(System.getProperty("rivet.home"));

    private static final String AGENT_TOKEN = "token of the agents of this installation";
    private static final String ADMIN_TOKEN = "token of the administrator of this installation";

    final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(1))
            .build();
    final Path folder;
    final Postgres postgres;
    final List<ControlPlane> controlPlanes = new ArrayList<>();
    final List<Agent> agents = new ArrayList<>();

    /** @param url of its API */
    record ControlPlane(Place place, Program program, String url) {}

    record Agent(Place place, Program program, Path data, int proxyPort) {

        /** As the control plane knows it; only when it has run. */
        String id() throws IOException {
            return Files.readString(data.resolve("agent-id")).strip();
        }
    }

    /** Nothing runs yet. @param folder for everything there is; actors' users can walk into it */
    Cluster(Path folder, Place postgres) throws Exception {
        this.folder = Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.postgres = new Postgres(postgres, freePort(), folder);
    }

    /** @param settings such as {@code RIVET_AGENTS_HEARTBEAT} */
    ControlPlane addControlPlane(Place place, Map<String, String> settings) throws IOException {
        var port = freePort();
        var variables = new HashMap<>(settings);
        variables.putAll(Map.of(
                "RIVET_API_HOST", place.address(),
                "RIVET_API_PORT", Integer.toString(port),
                "RIVET_AUTH_ACCESS", "private",
                "RIVET_AUTH_BOOTSTRAP_TOKEN", ADMIN_TOKEN,
                "RIVET_AGENTS_TOKEN", AGENT_TOKEN,
                "RIVET_DATABASE_URL", postgres.url(),
                "RIVET_DATABASE_USER", "postgres"));
        var program = new Program(place, command("rivet-control-plane"), variables, folder.resolve(place.name() + ".log")).kept();
        var added = new ControlPlane(place, program, "http://%s:%d".formatted(place.address(), port));
        controlPlanes.add(added);
        return added;
    }

    /** @param controlPlane where it finds one, or a load balancer in front of several */
    Agent addAgent(Place place, String controlPlane, Map<String, String> settings) throws IOException {
        var data = Files.createDirectories(folder.resolve(place.name()));
        var port = freePort();
        var variables = new HashMap<>(Map.of(
                "RIVET_CONTROL_PLANE_URL", controlPlane,
                "RIVET_AGENT_TOKEN", AGENT_TOKEN,
                "RIVET_DATA_DIR", data.toString(),
                "RIVET_PROXY_HOST", place.address(),
                "RIVET_PROXY_PORT", Integer.toString(port),
                "RIVET_CPU_MILLICORES", "100000",
                "RIVET_MEMORY_MIB", "100000",
                "RIVET_DENO", "/bin/false", // no actor here is a script
                "RIVET_WARM_PROCESSES", "0"));
        variables.putAll(settings);
        var program = new Program(place, command("rivet-agent"), variables, folder.resolve(place.name() + ".log")).kept();
        var added = new Agent(place, program, data, port);
        agents.add(added);
        return added;
    }

    Api api(String url) {
        return new Api(http, url, ADMIN_TOKEN);
    }

    Api api() {
        return api(controlPlanes.getFirst().url());
    }

    void awaitHealthy(ControlPlane one) throws InterruptedException {
        Wait.orFail(60_000, one.place().name() + " is healthy", () -> healthy(one.url()));
    }

    boolean healthy(String url) throws Exception {
        return api(url).call("GET", "/health", "", Duration.ofSeconds(1)).has("status");
    }

    void deployCounter() throws Exception {
        var builder = new ProcessBuilder(HOME.resolve("rivet").toString(), "deploy", "--json")
                .directory(HOME.resolve("bench/cluster/counter").toFile())
                .redirectErrorStream(true);
        builder.environment().put("RIVET_ENDPOINT", controlPlanes.getFirst().url());
        builder.environment().putAll(Map.of("RIVET_TOKEN", ADMIN_TOKEN, "RIVET_PROJECT", "default", "RIVET_ENVIRONMENT", "default"));
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("rivet deploy: " + said);
        }
    }

    /** Whatever is left is killed: wardens and actors too, by their agents' marks. */
    @Override
    public void close() throws Exception {
        for (var agent : agents) {
            agent.program().kill();
        }
        for (var agent : agents) {
            if (Files.exists(agent.data().resolve("agent-id"))) {
                Census.kill(Census.of("RIVET_AGENT_ID=" + agent.id()));
            }
        }
        for (var one : controlPlanes) {
            one.program().kill();
        }
        if (postgres.program.runs()) {
            Shell.run("kill", "-INT", Long.toString(postgres.program.pid())); // fast shutdown
            Wait.until(TimeUnit.SECONDS.toMillis(10), () -> !postgres.program.runs());
        }
        postgres.program.kill();
    }

    private static List<String> command(String name) {
        return List.of(HOME.resolve("deploy").resolve(name).toString());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
