package rivet.agent;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.bundle.Bundles;
import rivet.agent.dir.ActorDirs;
import rivet.agent.host.Host;
import rivet.agent.kv.ActorStores;
import rivet.agent.launch.Deno;
import rivet.agent.launch.HostLauncher;
import rivet.agent.launch.Java;
import rivet.agent.launch.Javascript;
import rivet.agent.lease.Lease;
import rivet.agent.link.ControlPlaneLink;
import rivet.agent.link.LinkSettings;
import rivet.agent.metrics.AgentMetrics;
import rivet.agent.proxy.Proxy;
import rivet.agent.proxy.ProxySettings;
import rivet.agent.proxy.RouteName;
import rivet.agent.proxy.hop.HopSettings;
import rivet.agent.supervise.Journal;
import rivet.agent.supervise.LocalPorts;
import rivet.agent.supervise.Supervisor;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.CustomRoute;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToAgent.Desired;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.Hello;

/** Wires the rooms by hand; starts them in order, closes them in reverse. */
public final class Agent implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    private static final String VERSION = "0.1.0";

    private final AgentSettings settings;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final AgentId id;
    private final Lease lease = new Lease(System::nanoTime);
    private final ControlPlaneLink link;
    private final Javascript javascript;
    private final Supervisor supervisor;
    private final Proxy proxy;
    private final ProxyRoutes routes;
    private final AgentMetrics metrics;
    private final CompletableFuture<Void> joined = new CompletableFuture<>();

    /** Adopts what an earlier run left running, joins the control plane and keeps joined until it is closed. */
    public static Agent start(AgentSettings settings) {
        return start(settings, line -> log.atInfo().log(line));
    }

    /** @param progress takes one line for people before something that takes long */
    public static Agent start(AgentSettings settings, Consumer<String> progress) {
        return new Agent(settings, progress);
    }

    private Agent(AgentSettings settings, Consumer<String> progress) {
        this.settings = settings;
        try {
            var data = opened(DataFolder.open(settings.data()));
            id = data.agent();
            metrics = opened(new AgentMetrics(settings.metrics()));
            var host = opened(Host.start(
                    new Host.Settings(id.toString(), data.path(), settings.actorUsers(), settings.orphanLimit())));
            lease.onDeadline(host::lease);
            if (!host.canFreeze()) {
                log.warn(
                        "actors cannot be frozen here (no writable control groups): they run on when the lease is over");
            }
            proxy = opened(Proxy.start(
                    ProxySettings.defaults(id)
                            .withAddress(settings.proxyHost(), settings.proxyPort())
                            .withBaseDomain(settings.proxyDomain())
                            .withTls(settings.proxyTls())
                            .withAccessLog(settings.accessLogShare())
                            .withHop(settings.hop()),
                    settings.ingress(),
                    new Directory()));
            routes = new ProxyRoutes(proxy.routes());
            link = opened(new ControlPlaneLink(
                    new LinkSettings(id, settings.controlPlanes(), settings.token()),
                    new Linked(),
                    () -> ThreadLocalRandom.current().nextDouble()));
            javascript = javascript(host, progress);
            opened(new TrafficReports(proxy.routeCounts()::take, link::send, AgentSettings.TRAFFIC_INTERVAL).start());
            var bundles = bundles(host);
            var runtimes = new HostLauncher.Runtimes(javascript, new Java(host, bundles, settings.java()));
            var controlPlane = new HostLauncher.ControlPlane(
                    settings.apiEndpoint().toString(),
                    opened(new ActorStores(new RemoteStores(link), lease::mayServe, metrics.registry())),
                    opened(new ActorDirs(host.files().resolve("dirs"), new RemoteDirs(link), metrics.registry())));
            var launcher = opened(new HostLauncher(host, bundles, runtimes, controlPlane));
            var journal = opened(Journal.open(data.path()));
            supervisor = opened(supervisor(launcher, journal));
            metrics.serve(new AgentMetrics.Sources(
                    proxy, this::leaseAgeNanos, link::isUp, javascript::warmProcesses, supervisor::inventory));
            supervisor.recall();
            link.start();
            javascript.warmUp();
            log.atInfo()
                    .addKeyValue("agent", id)
                    .addKeyValue("region", settings.region())
                    .addKeyValue("hop", hopAddress())
                    .addKeyValue("metrics", metrics.uri())
                    .addKeyValue("orphanLimit", settings.orphanLimit())
                    .log("the agent runs");
        } catch (RuntimeException e) {
            closeParts();
            throw e;
        }
    }

    /** Where the world reaches actors. */
    public URI proxyUrl() {
        return settings.proxyUrl(proxy.address().getPort());
    }

    /** Where other agents reach this one's proxy, such as {@code 10.0.0.5:7081}. */
    public String hopAddress() {
        return proxy.hopAddress().map(HopSettings::text).orElseThrow();
    }

    /** Where Prometheus finds the agent's meters. */
    public URI metricsUrl() {
        return metrics.uri();
    }

    public AgentId id() {
        return id;
    }

    /**
     * Completes when the agent has its first set: it has told what became of the actors of an earlier run by then, so what
     * the API says of them is true.
     */
    public CompletionStage<Void> joined() {
        return joined.minimalCompletionStage();
    }

    /** How many processes wait for an actor now. */
    public int warmProcesses() {
        return javascript.warmProcesses();
    }

    /** Stops all actors with grace, reports that, and leaves. */
    @Override
    public synchronized void close() {
        closeParts();
        log.atInfo().addKeyValue("agent", id).log("the agent ended");
    }

    private long leaseAgeNanos() {
        var from = link.leaseGrantedFrom();
        return from.isEmpty() ? -1 : System.nanoTime() - from.getAsLong();
    }

    /** Where the proxy asks for what is not here. */
    private final class Directory implements Proxy.Directory {

        @Override
        public boolean mayServe() {
            return lease.mayServe();
        }

        @Override
        public CompletionStage<Optional<ActorLocation>> locate(ActorId actor) {
            return link.locate(actor);
        }

        @Override
        public CompletionStage<List<ActorLocation>> locate(RouteName route) {
            return link.locate(route.environmentId(), route.name());
        }
    }

    private Javascript javascript(Host host, Consumer<String> progress) {
        var chosen = settings.javascript();
        var tools = chosen.tools().orElseGet(() -> host.files().resolve("tools"));
        var deno = new Deno(new Deno.Settings(chosen.deno(), chosen.npm(), tools), progress);
        return new Javascript(host, deno, chosen.warmProcesses());
    }

    private Bundles bundles(Host host) {
        var folder = host.files().resolve("builds");
        return new Bundles(new Bundles.Settings(folder, settings.buildCacheBytes()), link::download);
    }

    private Supervisor supervisor(HostLauncher launcher, Journal journal) {
        var ports = new LocalPorts(
                settings.actorPorts(), ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
        return new Supervisor(
                new Supervisor.Settings(settings.startDeadline(), AgentSettings.CLOSE_GRACE, settings.startsAtOnce()),
                new Supervisor.Parts(launcher, journal, ports, lease::mayServe, new Traffic(proxy)),
                new Changes(),
                link::log);
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /** The last first: the supervisor before the link, so that the ends of actors are still told. */
    private void closeParts() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                log.atError().setCause(e).log("a part of the agent could not be closed");
            }
        }
    }

    /** What each change of an actor is told to. */
    private final class Changes implements Supervisor.Listener {

        @Override
        public void changed(ActorReport report) {
            routes.changed(report);
            metrics.changed(report);
            link.report(report);
        }

        @Override
        public void forgotten(ActorId actor, long generation) {
            routes.forgotten(actor, generation);
        }
    }

    /** The rest of the agent, for the link. */
    private final class Linked implements ControlPlaneLink.Agent {

        @Override
        public Hello hello() {
            return new Hello(
                    id,
                    ToControlPlane.PROTOCOL,
                    VERSION,
                    settings.region(),
                    proxyUrl().toString(),
                    settings.capacity(),
                    supervisor.inventory(),
                    settings.regionLocation().orElse(null),
                    hopAddress());
        }

        @Override
        public void desired(Desired set) {
            if (!lease.mayStart(set.epoch())) {
                link.rejoin(); // it came so late that it may name what another agent runs by now
                return;
            }
            routes.desired(set);
            supervisor.desire(set.actors(), () -> lease.reconciled(set.epoch()));
            joined.complete(null);
        }

        @Override
        public void granted(long epoch, long untilNanos) {
            lease.granted(epoch, untilNanos);
        }

        @Override
        public void promised(long untilNanos) {
            lease.promised(untilNanos);
        }

        @Override
        public void fenced(long epoch) {
            lease.fenced(epoch);
        }

        @Override
        public void moved(List<ActorId> actors) {
            actors.forEach(proxy::moved);
        }

        @Override
        public void routes(List<CustomRoute> all) {
            proxy.customRoutes().set(all);
        }

        @Override
        public void ingress(List<IngressPort> ports) {
            proxy.ingress(ports);
        }

        @Override
        public void access(ToAgent.Access access) {
            proxy.access(access);
        }
    }

    private record Traffic(Proxy proxy) implements Supervisor.Traffic {

        @Override
        public boolean hasUnanswered(ActorId actor, long generation) {
            return proxy.hasUnanswered(actor, generation);
        }

        @Override
        public boolean isUsed(ActorId actor, long generation) {
            return proxy.isUsed(actor, generation);
        }

        @Override
        public long quietNanos(ActorId actor, long generation) {
            return proxy.quietNanos(actor, generation);
        }
    }
}
