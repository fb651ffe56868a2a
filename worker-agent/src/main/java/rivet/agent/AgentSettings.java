package rivet.agent;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import rivet.agent.host.UserRange;
import rivet.agent.link.Secret;
import rivet.agent.metrics.AgentMetrics;
import rivet.agent.proxy.IngressLimits;
import rivet.agent.proxy.hop.HopKey;
import rivet.agent.proxy.hop.HopSettings;
import rivet.agent.proxy.tls.TlsSettings;
import rivet.agent.supervise.LocalPorts;
import rivet.protocol.link.ToControlPlane.Capacity;
import rivet.protocol.link.ToControlPlane.Location;

/**
 * All that can be set, checked when it is read.
 *
 * @param controlPlanes at least one, such as {@code http://127.0.0.1:6420}
 * @param token what the agent shows to the control plane
 * @param data the agent's own folder; no other agent may have it
 * @param region the label under which actors are placed here
 * @param regionLocation where on earth that region is; absent where nobody said
 * @param proxyHost where the proxy listens
 * @param proxyUrl where the world reaches the proxy; absent: where it listens
 * @param proxyDomain of the names {@code {actor}-{port}.{proxyDomain}} that lead to actors
 * @param accessLogShare of the proxy's requests that are logged, from 0 to 1
 * @param proxyTls where the proxy serves TLS too; absent: nowhere
 * @param ingress how much is carried to TCP and UDP ports
 * @param hop where the proxy takes requests that other agents' proxies hand on
 * @param apiEndpoint where actors reach the API
 * @param capacity what is offered for reservations
 * @param startsAtOnce how many actors' processes start at a time; one that takes longer than half a second lets the next begin
 * @param actorUsers whom actors run as, where the agent is root; absent: as the agent
 * @param java the program that runs Java actors; absent: the one that runs the agent
 * @param metrics where Prometheus finds the agent's meters
 * @param buildCacheBytes beyond it, builds that no actor uses are removed
 * @param orphanLimit how long actors live on when the agent is gone and does not come back
 */
public record AgentSettings(
        List<URI> controlPlanes,
        Secret token,
        Path data,
        String region,
        Optional<Location> regionLocation,
        String proxyHost,
        int proxyPort,
        Optional<URI> proxyUrl,
        String proxyDomain,
        Optional<TlsSettings> proxyTls,
        double accessLogShare,
        IngressLimits ingress,
        HopSettings hop,
        URI apiEndpoint,
        Capacity capacity,
        Duration startDeadline,
        int startsAtOnce,
        LocalPorts.Range actorPorts,
        Optional<UserRange> actorUsers,
        Javascript javascript,
        Optional<Path> java,
        AgentMetrics.Settings metrics,
        long buildCacheBytes,
        Duration orphanLimit) {

    /** The longest grace an actor has when the agent itself is stopped. */
    static final Duration CLOSE_GRACE = Duration.ofSeconds(10);

    /** On a small machine as well: much of a start is waiting. */
    private static final int LEAST_STARTS = 4;

    /** How often the control plane is told what came for custom routes. */
    static final Duration TRAFFIC_INTERVAL = Duration.ofSeconds(5);

    /**
     * @param deno the program; absent: the one on the PATH, or one that is installed
     * @param npm the program that installs Deno
     * @param tools where it is installed; absent: in the agent's own folder. Agents may share one
     * @param warmProcesses how many wait for an actor; each holds about 30 MiB
     */
    public record Javascript(Optional<Path> deno, String npm, Optional<Path> tools, int warmProcesses) {

        public Javascript {
            if (warmProcesses < 0 || warmProcesses > 1000) {
                throw new IllegalArgumentException(
                        "RIVET_WARM_PROCESSES: %d (expected: 0 to 1000)".formatted(warmProcesses));
            }
        }
    }

    public AgentSettings {
        if (region.isBlank()) {
            throw new IllegalArgumentException("RIVET_REGION: empty (expected: a name such as local)");
        }
        if (proxyPort < 0 || proxyPort > 65_535) {
            throw new IllegalArgumentException("RIVET_PROXY_PORT: %d (expected: 0 to 65535)".formatted(proxyPort));
        }
        if (!proxyDomain.matches("[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*")) {
            throw new IllegalArgumentException(
                    "RIVET_PROXY_DOMAIN: '%s' (expected: a name such as actors.example.com)".formatted(proxyDomain));
        }
        if (metrics.port() < 0 || metrics.port() > 65_535) {
            throw new IllegalArgumentException(
                    "RIVET_METRICS_PORT: %d (expected: 0 to 65535)".formatted(metrics.port()));
        }
        if (capacity.cpuMillicores() < 1 || capacity.memoryMib() < 1) {
            throw new IllegalArgumentException("RIVET_CPU_MILLICORES, RIVET_MEMORY_MIB: %d, %d (expected: at least 1)"
                    .formatted(capacity.cpuMillicores(), capacity.memoryMib()));
        }
        if (startsAtOnce < 1) {
            throw new IllegalArgumentException(
                    "RIVET_STARTS_AT_ONCE: %d (expected: at least 1)".formatted(startsAtOnce));
        }
        if (orphanLimit.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "RIVET_ORPHAN_LIMIT_MS: %d (expected: more than 0)".formatted(orphanLimit.toMillis()));
        }
        if (startDeadline.isNegative() || startDeadline.isZero()) {
            throw new IllegalArgumentException(
                    "RIVET_START_DEADLINE_MS: %d (expected: more than 0)".formatted(startDeadline.toMillis()));
        }
    }

    URI proxyUrl(int boundPort) {
        return proxyUrl.orElseGet(() -> URI.create("http://%s:%d".formatted(proxyHost, boundPort)));
    }

    /** From variables such as {@code RIVET_REGION}; a message names the one that is wrong. */
    public static AgentSettings read(Map<String, String> environment) {
        var values = new Values(environment);
        var controlPlanes = values.uris("RIVET_CONTROL_PLANE_URL", "http://127.0.0.1:6420");
        var proxyHost = values.text("RIVET_PROXY_HOST", "127.0.0.1");
        int proxyPort = values.number("RIVET_PROXY_PORT", 7080);
        var proxyUrl = values.optional("RIVET_PROXY_URL").map(URI::create);
        var token = new Secret(values.required("RIVET_AGENT_TOKEN"));
        return new AgentSettings(
                controlPlanes,
                token,
                Path.of(values.text("RIVET_DATA_DIR", ".rivet/agent")),
                values.text("RIVET_REGION", "local"),
                values.optional("RIVET_REGION_LOCATION").map(AgentSettings::location),
                proxyHost,
                proxyPort,
                proxyUrl,
                values.text(
                        "RIVET_PROXY_DOMAIN",
                        proxyUrl.map(AgentSettings::domain).orElse("localhost")),
                tls(values),
                accessLogShare(values.text("RIVET_ACCESS_LOG", "off")),
                ingress(values),
                hop(values, token),
                values.uri("RIVET_API_ENDPOINT", controlPlanes.getFirst().toString()),
                new Capacity(
                        values.number("RIVET_CPU_MILLICORES", Machine.cpuMillicores()),
                        values.number("RIVET_MEMORY_MIB", Machine.memoryMib())),
                Duration.ofMillis(values.number("RIVET_START_DEADLINE_MS", 30_000)),
                values.number(
                        "RIVET_STARTS_AT_ONCE",
                        Math.max(LEAST_STARTS, 2 * Runtime.getRuntime().availableProcessors())),
                values.range("RIVET_ACTOR_PORTS", "20000-25999", LocalPorts.Range::new),
                users(values),
                new Javascript(
                        values.optional("RIVET_DENO").map(Path::of),
                        values.text("RIVET_NPM", "npm"),
                        values.optional("RIVET_TOOLS_DIR").map(Path::of),
                        values.number("RIVET_WARM_PROCESSES", 2)),
                values.optional("RIVET_JAVA").map(Path::of),
                new AgentMetrics.Settings(
                        values.text("RIVET_METRICS_HOST", "127.0.0.1"), values.number("RIVET_METRICS_PORT", 0)),
                values.number("RIVET_BUILD_CACHE_MIB", 4096) * 1024L * 1024,
                Duration.ofMillis(values.number("RIVET_ORPHAN_LIMIT_MS", 60_000)));
    }

    /** As the API makes names of the URL: an address has none below it. */
    private static String domain(URI url) {
        var host = String.valueOf(url.getHost());
        return host.matches("[0-9.]+|\\[.*") ? "localhost" : host;
    }

    private static double accessLogShare(String text) {
        if (text.equals("off") || text.equals("on")) {
            return text.equals("on") ? 1 : 0;
        }
        try {
            double share = Double.parseDouble(text);
            if (share >= 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new IllegalArgumentException(
                "RIVET_ACCESS_LOG: '%s' (expected: on, off, or a share such as 0.01)".formatted(text));
    }

    private static Optional<TlsSettings> tls(Values values) {
        var folder = values.optional("RIVET_PROXY_TLS_DIR");
        var tcpPort = values.optional("RIVET_TCP_TLS_PORT").map(_ -> values.number("RIVET_TCP_TLS_PORT", 0));
        if (tcpPort.isPresent() && folder.isEmpty()) {
            throw new IllegalArgumentException(
                    "RIVET_TCP_TLS_PORT: %d without certificates (expected: RIVET_PROXY_TLS_DIR as well)"
                            .formatted(tcpPort.get()));
        }
        return folder.map(Path::of)
                .map(certificates -> new TlsSettings(values.number("RIVET_PROXY_TLS_PORT", 7443), certificates)
                        .withTcpPort(tcpPort));
    }

    private static IngressLimits ingress(Values values) {
        var otherwise = IngressLimits.defaults();
        return new IngressLimits(
                values.number("RIVET_TCP_CONNECTIONS_PER_PORT", otherwise.maxConnectionsPerPort()),
                values.number("RIVET_UDP_SOURCES_PER_PORT", otherwise.maxSessionsPerPort()),
                values.number("RIVET_UDP_SOURCES", otherwise.maxSessions()),
                Duration.ofSeconds(values.number(
                        "RIVET_UDP_IDLE_S",
                        Math.toIntExact(otherwise.sessionIdle().toSeconds()))),
                Duration.ofSeconds(values.number(
                        "RIVET_TCP_LIFETIME_S",
                        Math.toIntExact(otherwise.lifetime().toSeconds()))));
    }

    private static HopSettings hop(Values values, Secret token) {
        return new HopSettings(
                values.text("RIVET_HOP_HOST", "127.0.0.1"),
                values.number("RIVET_HOP_PORT", 0),
                values.optional("RIVET_HOP_ADDRESS").map(AgentSettings::hopAddress),
                HopKey.ofToken(token.reveal()),
                values.optional("RIVET_HOP_TLS").map(AgentSettings::onOrOff));
    }

    private static boolean onOrOff(String text) {
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("RIVET_HOP_TLS: '%s' (expected: on or off)".formatted(text));
        };
    }

    private static InetSocketAddress hopAddress(String text) {
        var address = HopSettings.parse(text);
        if (address == null) {
            throw new IllegalArgumentException(
                    "RIVET_HOP_ADDRESS: '%s' (expected: an address and a port such as 10.0.0.5:7081)".formatted(text));
        }
        return address;
    }

    private static Location location(String text) {
        var parts = text.split(",", -1);
        try {
            if (parts.length == 2) {
                return new Location(Double.parseDouble(parts[0].strip()), Double.parseDouble(parts[1].strip()));
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw new IllegalArgumentException(
                "RIVET_REGION_LOCATION: '%s' (expected: latitude,longitude in degrees, such as 50.11,8.68)"
                        .formatted(text));
    }

    private static Optional<UserRange> users(Values values) {
        return values.text("RIVET_ACTOR_USERS", "").equals("off")
                ? Optional.empty()
                : Optional.of(values.range("RIVET_ACTOR_USERS", "61000-64999", UserRange::new));
    }
}
