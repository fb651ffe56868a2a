package rivet.agent.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.hop.Accepting;
import rivet.agent.proxy.hop.HopKey;
import rivet.agent.proxy.hop.HopSettings;
import rivet.agent.proxy.hop.HopTls;
import rivet.agent.proxy.tls.Tls;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.ToAgent;

/** The data plane of one agent: listens for clients and carries their requests to the actors in its routes. */
public final class Proxy implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Proxy.class);
    private static final int BACKLOG = 4096;
    private static final long STOP_SECONDS = 5;

    private final ProxySettings settings;
    private final EventLoopGroup loops;
    private final RouteTable routes;
    private final CustomRoutes customRoutes;
    private final RouteCounts routeCounts = new RouteCounts();
    private final RemoteActors remotes;
    private final HeldRequests held;
    private final Access access = new Access();
    private final HibernatingSockets sockets = new HibernatingSockets();
    private final Map<EventLoop, Lane> lanes = new HashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final ProxyCounters counters = new ProxyCounters();
    private final Channel listening;
    private final Optional<Tls> tls;
    private final Optional<Channel> listeningTls;
    private final Optional<Channel> listeningHop;
    private final Optional<Channel> listeningTcp;
    private final Ingress ingress;

    /** Where actors are that this agent does not know. Called on an event loop, so it must not wait. */
    public interface Directory {

        CompletionStage<Optional<ActorLocation>> locate(ActorId actor);

        /** Whether the agent's actors are still its own at this instant: asked for each request and each read of a stream. */
        default boolean mayServe() {
            return true;
        }

        /** The live actors that a custom route leads to, or some of them. */
        CompletionStage<List<ActorLocation>> locate(RouteName route);
    }

    public static Proxy start(ProxySettings settings, Directory directory) {
        return start(settings, IngressLimits.defaults(), directory);
    }

    public static Proxy start(ProxySettings settings, IngressLimits ingress, Directory directory) {
        Proxy proxy = new Proxy(settings, ingress, directory);
        log.atInfo()
                .addKeyValue("address", proxy.address())
                .addKeyValue("transport", settings.transport().chosen())
                .log("proxy listens");
        return proxy;
    }

    private Proxy(ProxySettings settings, IngressLimits ingressLimits, Directory directory) {
        this.settings = settings;
        ProxyLimits limits = settings.limits();
        this.loops = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(),
                new DefaultThreadFactory("proxy", true),
                settings.transport().events());
        Lookups<RouteName, List<ActorLocation>> routeLookups =
                new Lookups<>(directory::locate, loops, settings.times().lookup(), limits.maxLookups());
        this.held = new HeldRequests(limits.maxHeldPerPort(), limits.maxHeld());
        Lookups<ActorId, Optional<ActorLocation>> lookups =
                new Lookups<>(directory::locate, loops, settings.times().lookup(), limits.maxLookups());
        this.remotes = new RemoteActors(settings, lookups, held::wake);
        this.routes = new RouteTable(this::changed);
        this.customRoutes = new CustomRoutes(routes, held::wake);
        Lane.Shared shared = new Lane.Shared(
                settings,
                routes,
                customRoutes,
                routeCounts,
                remotes,
                routeLookups,
                held,
                access,
                sockets,
                counters,
                directory::mayServe);
        for (EventExecutor loop : loops) {
            lanes.put((EventLoop) loop, new Lane((EventLoop) loop, shared));
        }
        lanes.values().forEach(Lane::start);
        this.tls = settings.tls().map(Tls::start);
        this.listening = listen(address(settings.port()), this::serve);
        this.listeningTls = tls.map(by -> listen(address(by.port()), channel -> by.serve(channel, this::serve)));
        this.listeningHop = settings.hop().map(this::listen);
        this.ingress = new Ingress(new Ingress.Parts(
                settings, ingressLimits, loops.next(), this::lane, tls, (address, server) -> bind(address, server)));
        this.listeningTcp = tls.flatMap(by ->
                by.tcpPort().map(port -> listen(address(port), channel -> ingress.serveByName(channel, by))));
    }

    private Channel listen(HopSettings hop) {
        InetSocketAddress address = new InetSocketAddress(hop.listening(), hop.port());
        if (!hop.encrypts()) {
            return listen(address, channel -> serveAgents(channel, hop.key(), null));
        }
        // It takes a second of a cold machine, in which clients need not wait; agents do, unread.
        CompletableFuture<HopTls> made = CompletableFuture.supplyAsync(
                HopTls::create,
                task -> Thread.ofPlatform().daemon().name("hop-tls").start(task));
        return listen(address, channel -> {
            channel.config().setAutoRead(false);
            var _ = made.handleAsync(
                    (tls, failure) -> {
                        if (failure == null) {
                            serveAgents(channel, hop.key(), tls);
                            channel.config().setAutoRead(true);
                        } else {
                            log.atError().setCause(failure).log("no certificate for other agents could be made");
                            var _ = channel.close();
                        }
                        return channel;
                    },
                    channel.eventLoop());
        });
    }

    private InetSocketAddress address(int port) {
        return new InetSocketAddress(settings.host(), port);
    }

    private Channel listen(InetSocketAddress address, Consumer<Channel> server) {
        ChannelFuture bound = bind(address, channel -> accept(channel, server)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new UncheckedIOException(
                    "proxy address: %s:%d (expected: free)".formatted(address.getHostString(), address.getPort()),
                    new IOException(bound.cause()));
        }
        return bound.channel();
    }

    private ChannelFuture bind(InetSocketAddress address, Consumer<Channel> server) {
        return new ServerBootstrap()
                .group(loops)
                .channel(settings.transport().listening())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                settings.limits().lowWater(), settings.limits().highWater()))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        server.accept(channel);
                    }
                })
                .bind(address);
    }

    private void accept(Channel channel, Consumer<Channel> server) {
        channel.closeFuture().addListener(_ -> connections.decrementAndGet());
        if (connections.incrementAndGet() > settings.limits().maxConnections()) {
            ClientHandler client = ClientHandler.ofWorld(lane(channel), channel);
            channel.pipeline().addLast(client);
            client.refuseOverload();
        } else {
            server.accept(channel);
        }
    }

    private void serve(Channel channel) {
        channel.pipeline().addLast(ClientHandler.ofWorld(lane(channel), channel));
    }

    private void serveAgents(Channel channel, HopKey key, @Nullable HopTls tls) {
        // Else what another agent's machine had open here would stay when that vanishes.
        channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        if (tls != null) {
            tls.accept(channel);
        }
        channel.pipeline()
                .addLast(new Accepting(
                        key,
                        settings.self(),
                        tls,
                        known -> known.pipeline()
                                .addLast(new HopEntrance(
                                        lane(known), known, () -> ClientHandler.ofAgent(lane(known), known))),
                        () -> counters.refused(Problem.NO_AGENT)));
    }

    private void serve(Channel channel, Tls.Spoken spoken) {
        switch (spoken) {
            case HTTP_1 -> serve(channel);
            case HTTP_2 -> MultiplexedClient.serve(lane(channel), channel);
        }
    }

    private Lane lane(Channel channel) {
        Lane lane = lanes.get(channel.eventLoop());
        if (lane == null) {
            throw new IllegalStateException("event loop: %s (expected: one of ours)".formatted(channel.eventLoop()));
        }
        return lane;
    }

    private void changed(RouteTable.Change change) {
        remotes.forget(change.actor());
        customRoutes.changed(change.actor());
        held.wake(change.actor());
        sockets.changed(change.actor());
        if (!change.retired().isEmpty()) {
            List<Line> lines = change.retired().stream().map(Target::line).toList();
            lanes.values().forEach(lane -> lane.loop().execute(() -> lane.pool().drop(lines)));
        }
    }

    /** What the directory said of an actor no longer holds; thread-safe. */
    public void moved(ActorId actor) {
        remotes.moved(actor);
        held.wake(actor);
    }

    /** What this agent runs; thread-safe. */
    public RouteTable routes() {
        return routes;
    }

    /**
     * Whether a generation that takes no more requests has some that it has not answered; WebSockets, streams of events and
     * the like are not among them. Thread-safe; waits for the event loops, so it must not be called on one.
     */
    public boolean hasUnanswered(ActorId actor, long generation) {
        return has(actor, generation, target -> target.unanswered() > 0);
    }

    /** Likewise, or WebSockets, streams of events and the like. */
    public boolean isUsed(ActorId actor, long generation) {
        return has(actor, generation, target -> target.inFlight() > 0);
    }

    private boolean has(ActorId actor, long generation, Predicate<Target> something) {
        RouteTable.Entry entry = routes.find(actor);
        if (entry == null || entry.route().generation() != generation) {
            return false;
        }
        // A request that saw the route before it was closed is counted when its event loop has time for this.
        CompletableFuture.allOf(lanes.keySet().stream()
                        .map(loop -> CompletableFuture.runAsync(() -> {}, loop))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
        return entry.targets().stream().anyMatch(something);
    }

    /**
     * For how long a generation that is ready has had neither a request nor a connection, in nanoseconds; 0 while it has one,
     * and where there is no such generation. Thread-safe.
     */
    public long quietNanos(ActorId actor, long generation) {
        RouteTable.Entry entry = routes.find(actor);
        if (entry == null
                || entry.route().generation() != generation
                || entry.route().status() != ActorRoute.Status.READY) {
            return 0;
        }
        long now = System.nanoTime();
        return entry.targets().stream()
                .mapToLong(target -> target.quietNanos(now))
                .min()
                .orElse(0);
    }

    /** The custom routes; thread-safe. */
    public CustomRoutes customRoutes() {
        return customRoutes;
    }

    /** With what tokens of connections are checked from now on; thread-safe. Streams of those revoked are cut. */
    public void access(ToAgent.Access given) {
        access.set(given.keys(), given.revoked(), given.issuers());
    }

    /** At which numbers of its region it leads to which TCP and UDP ports; thread-safe. */
    public void ingress(List<IngressPort> all) {
        ingress.set(all);
    }

    public IngressCounters ingressCounters() {
        return ingress.counters();
    }

    /** Numbers at which it listens, now. */
    public int ingressBound() {
        return ingress.bound();
    }

    /** Numbers at which it should listen and cannot, now. */
    public int ingressUnbound() {
        return ingress.unbound();
    }

    /** How often they were used; thread-safe. */
    public RouteCounts routeCounts() {
        return routeCounts;
    }

    public ProxyCounters counters() {
        return counters;
    }

    /** Of clients, now. */
    public int connections() {
        return connections.get();
    }

    /** Requests that wait for an actor, now. */
    public int heldRequests() {
        return held.count();
    }

    /** WebSockets that wait for an actor which sleeps or is started anew, now. */
    public int hibernatingSockets() {
        return sockets.hibernating();
    }

    HeldRequests held() {
        return held;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    /** Where it serves TLS, if it does. */
    Optional<InetSocketAddress> tlsAddress() {
        return listeningTls.map(channel -> (InetSocketAddress) channel.localAddress());
    }

    /** Where it takes connections for TCP ports that say in TLS whom they want, if it does. */
    Optional<InetSocketAddress> tcpAddress() {
        return listeningTcp.map(channel -> (InetSocketAddress) channel.localAddress());
    }

    /** What other agents dial to hand requests on to this one, if it takes any. */
    public Optional<InetSocketAddress> hopAddress() {
        return settings.hop()
                .flatMap(HopSettings::announced)
                .or(() -> listeningHop.map(channel -> (InetSocketAddress) channel.localAddress()));
    }

    /** Accepts no more, waits a bounded while for requests in flight, and closes. Streams of other protocols end. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        listeningTls.ifPresent(channel -> channel.close().awaitUninterruptibly());
        listeningHop.ifPresent(channel -> channel.close().awaitUninterruptibly());
        listeningTcp.ifPresent(channel -> channel.close().awaitUninterruptibly());
        ingress.close().join();
        tls.ifPresent(Tls::close);
        CompletableFuture.allOf(lanes.values().stream().map(Lane::drain).toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, settings.times().drain().toMillis(), TimeUnit.MILLISECONDS)
                .join();
        loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        log.atInfo().addKeyValue("address", address()).log("proxy closed");
    }
}
