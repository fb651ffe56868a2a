package rivet.devserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.Agent;
import rivet.agent.AgentSettings;
import rivet.controlplane.ControlPlane;

/** Postgres, control plane and one agent, started in this order and closed in the reverse one. */
public final class DevServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DevServer.class);

    /** On a loopback link joining takes milliseconds; an agent that cannot join is a fault to show, not to wait for. */
    private static final Duration JOIN_DEADLINE = Duration.ofSeconds(30);

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final URI api;
    private final URI proxy;
    private final URI agentMetrics;

    /**
     * Returns when both the API and the proxy serve, and the API knows what became of the actors of an earlier run.
     *
     * @throws CannotStart where the user can mend it: a port or the data folder is in use
     */
    public static DevServer start(DevServerSettings settings) throws IOException {
        return new DevServer(settings);
    }

    private DevServer(DevServerSettings settings) throws IOException {
        var data = Files.createDirectories(settings.data().toAbsolutePath().normalize());
        var tools = Files.createDirectories(settings.tools().toAbsolutePath().normalize());
        requireFree("--port", settings.apiPort());
        requireFree("--proxy-port", settings.proxyPort());
        try {
            keep(lock(data));
            var database = keep(DevDatabase.start(data.resolve("postgres"), tools));
            var agentToken = randomToken();
            var controlPlane = keep(ControlPlane.start(controlPlaneSettings(settings, database, agentToken)));
            var agent = keep(
                    Agent.start(agentSettings(settings, controlPlane.uri(), agentToken, data), System.err::println));
            awaitJoined(agent);
            this.api = controlPlane.uri();
            this.proxy = agent.proxyUrl();
            this.agentMetrics = agent.metricsUrl();
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    public URI api() {
        return api;
    }

    public URI proxy() {
        return proxy;
    }

    /** Where Prometheus finds the agent's meters; the control plane's are below {@link #api}. */
    public URI agentMetrics() {
        return agentMetrics;
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            var part = started.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.atError()
                        .setCause(e)
                        .addKeyValue("part", part.getClass().getSimpleName())
                        .log("a part did not close");
            }
        }
    }

    private <T extends AutoCloseable> T keep(T part) {
        started.push(part);
        return part;
    }

    private static Map<String, Object> controlPlaneSettings(
            DevServerSettings settings, DevDatabase database, String agentToken) {
        var properties = new HashMap<String, Object>(database.settings());
        properties.put("rivet.api.host", "127.0.0.1");
        properties.put("rivet.api.port", settings.apiPort());
        properties.put("rivet.auth.access", "development");
        properties.put("rivet.agents.token", agentToken);
        properties.put("rivet.regions.default", settings.region());
        return properties;
    }

    private static AgentSettings agentSettings(
            DevServerSettings settings, URI controlPlane, String agentToken, Path data) {
        var values = new HashMap<>(System.getenv());
        values.put("RIVET_CONTROL_PLANE_URL", controlPlane.toString());
        values.put("RIVET_AGENT_TOKEN", agentToken);
        values.put("RIVET_DATA_DIR", data.resolve("agent").toString());
        values.put("RIVET_TOOLS_DIR", settings.tools().toAbsolutePath().toString());
        values.put("RIVET_REGION", settings.region());
        values.put("RIVET_PROXY_PORT", Integer.toString(settings.proxyPort()));
        values.put("RIVET_WARM_PROCESSES", Integer.toString(settings.warmPool()));
        return AgentSettings.read(values);
    }

    private static void awaitJoined(Agent agent) {
        agent.joined()
                .toCompletableFuture()
                .orTimeout(JOIN_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Known to this process only: no other agent can join a dev server. */
    private static String randomToken() {
        var random = new byte[32];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static void requireFree(String option, int port) {
        if (port == 0) {
            return;
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new CannotStart(
                    "port %d is in use: end what listens there, or choose another with %s".formatted(port, option));
        }
    }

    private static AutoCloseable lock(Path data) throws IOException {
        var file = data.resolve("lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new CannotStart(
                    "%s is in use by another dev server: end that one, or choose another with --data".formatted(data));
        }
        return () -> {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** What the user can mend; its message says how. */
    public static final class CannotStart extends RuntimeException {
        CannotStart(String message) {
            super(message);
        }
    }
}
