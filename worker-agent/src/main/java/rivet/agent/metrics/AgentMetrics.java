package rivet.agent.metrics;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import rivet.agent.proxy.Proxy;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;

/**
 * The meters of one agent, in a registry of its own: in a dev server the control plane has another, and neither knows of the
 * other.
 */
public final class AgentMetrics implements AutoCloseable {

    private static final String PATH = "/actuator/prometheus";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final StartPhases starts = new StartPhases(registry, System::nanoTime);
    private final JvmGcMetrics garbage = new JvmGcMetrics();
    private final HttpServer server;

    /** @param host whoever reaches it reads all; no token is asked for @param port 0 takes a free one */
    public record Settings(String host, int port) {}

    /**
     * What is asked when someone looks.
     *
     * @param leaseAgeNanos since the heartbeat that was last granted was sent; negative while there is no lease
     * @param linked whether the control plane has welcomed the agent
     * @param warm processes that wait for an actor
     * @param actors all that are known here
     */
    public record Sources(
            Proxy proxy,
            LongSupplier leaseAgeNanos,
            Supplier<Boolean> linked,
            IntSupplier warm,
            Supplier<List<ActorReport>> actors) {}

    /** Meters that are told of changes; {@link #serve} adds the others. */
    public AgentMetrics(Settings settings) {
        List.of(new JvmMemoryMetrics(), garbage, new JvmThreadMetrics(), new ProcessorMetrics(), new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
        new FileDescriptorMetrics().bindTo(registry);
        this.server = listening(settings);
    }

    /** For rooms that count what happens in them. */
    public MeterRegistry registry() {
        return registry;
    }

    /** An actor changed. */
    public void changed(ActorReport report) {
        starts.changed(report);
        if (report.phase() instanceof Phase.Down(var _, var _, var reason, var _)) {
            ended(reason);
        }
    }

    public void serve(Sources sources) {
        registry.getPrometheusRegistry()
                .register(new ProxyCollector(
                        sources.proxy().counters(), sources.proxy().routes()));
        registry.getPrometheusRegistry()
                .register(new IngressCollector(sources.proxy().ingressCounters()));
        gauge(
                "rivet.proxy.ingress.ports",
                "Numbers that lead to TCP and UDP ports, at which the proxy listens.",
                sources,
                its -> its.proxy().ingressBound());
        gauge(
                "rivet.proxy.ingress.unbound",
                "Numbers at which it should listen and cannot: another program has them, or there are no certificates.",
                sources,
                its -> its.proxy().ingressUnbound());
        gauge(
                "rivet.proxy.connections",
                "Connections of clients.",
                sources,
                its -> its.proxy().connections());
        gauge(
                "rivet.proxy.hibernating.sockets",
                "WebSockets that wait for a process of their actor.",
                sources,
                its -> its.proxy().hibernatingSockets());
        gauge(
                "rivet.proxy.held.requests",
                "Requests that wait for their actor.",
                sources,
                its -> its.proxy().heldRequests());
        gauge(
                "rivet.agent.warm.processes",
                "Runtime processes that wait for an actor.",
                sources,
                its -> its.warm().getAsInt());
        gauge(
                "rivet.agent.link.up",
                "1 while the control plane has welcomed this agent.",
                sources,
                its -> its.linked().get() ? 1 : 0);
        Gauge.builder("rivet.agent.lease.age", sources, AgentMetrics::leaseAgeSeconds)
                .strongReference(true)
                .description("Since the heartbeat that was last granted was sent; absent lease: NaN.")
                .baseUnit("seconds")
                .register(registry);
        for (var state : List.of("starting", "running", "stopping")) {
            Gauge.builder("rivet.agent.actors", sources, its -> count(its, state))
                    .description("Actors with a process here, or soon.")
                    .tag("state", state)
                    .strongReference(true)
                    .register(registry);
        }
        server.createContext(PATH, exchange -> {
            try (exchange) {
                var body = registry.scrape(TEXT).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", TEXT);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    /** Where the meters are shown. */
    public URI uri() {
        var address = server.getAddress();
        var host = address.getAddress().getHostAddress();
        return URI.create(
                "http://%s:%d%s".formatted(host.contains(":") ? "[" + host + "]" : host, address.getPort(), PATH));
    }

    @Override
    public void close() {
        server.stop(0);
        garbage.close();
        registry.close();
    }

    private void ended(DownReason reason) {
        registry.counter("rivet.agent.actor.ends", "reason", reason.toString()).increment();
    }

    private void gauge(String name, String description, Sources sources, ToDoubleFunction<Sources> value) {
        Gauge.builder(name, sources, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private static double leaseAgeSeconds(Sources sources) {
        long nanos = sources.leaseAgeNanos().getAsLong();
        return nanos < 0 ? Double.NaN : nanos / 1e9;
    }

    private static double count(Sources sources, String state) {
        return sources.actors().get().stream()
                .filter(report -> state(report.phase()).equals(state))
                .count();
    }

    private static String state(Phase phase) {
        return switch (phase) {
            case Phase.Starting _ -> "starting";
            case Phase.Up _ -> "running";
            case Phase.Stopping _ -> "stopping";
            case Phase.Down _ -> "down";
        };
    }

    private static HttpServer listening(Settings settings) {
        try {
            var address = new InetSocketAddress(InetAddress.getByName(settings.host()), settings.port());
            var server = HttpServer.create(address, 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "metrics address: %s:%d (expected: free; RIVET_METRICS_HOST, RIVET_METRICS_PORT)"
                            .formatted(settings.host(), settings.port()),
                    e);
        }
    }
}
