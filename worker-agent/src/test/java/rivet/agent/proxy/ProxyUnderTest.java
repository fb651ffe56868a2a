package rivet.agent.proxy;

import static org.awaitility.Awaitility.await;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.hop.HopKey;
import rivet.agent.proxy.hop.HopSettings;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.PortGuard;
import rivet.protocol.PortLimits;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ConnectionKey;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.IssuerKeys;
import rivet.protocol.link.ToAgent;

/** A proxy on a free port with one actor {@link #ACTOR} and a control plane that knows what the test says. */
final class ProxyUnderTest implements AutoCloseable {

    static final ActorId ACTOR = ActorId.parse("0f9c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f");
    static final String GAME = "game";
    static final AgentId SELF = AgentId.parse("11111111-2222-4333-8444-555555555555");

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    private final Proxy proxy;
    private final Map<ActorId, Supplier<CompletionStage<Optional<ActorLocation>>>> locations =
            new ConcurrentHashMap<>();
    private final Map<String, Supplier<CompletionStage<List<ActorLocation>>>> routed = new ConcurrentHashMap<>();
    private volatile BooleanSupplier mayServe = () -> true;
    private final AtomicInteger lookups = new AtomicInteger();

    private ProxyUnderTest(ProxySettings settings, UnaryOperator<ProxySettings> change, IngressLimits ingress) {
        Leaks.watch();
        proxy = Proxy.start(change.apply(settings.withAddress("127.0.0.1", 0)), ingress, new Known());
    }

    private final class Known implements Proxy.Directory {

        @Override
        public boolean mayServe() {
            return mayServe.getAsBoolean();
        }

        @Override
        public CompletionStage<Optional<ActorLocation>> locate(ActorId actor) {
            lookups.incrementAndGet();
            return locations
                    .getOrDefault(actor, () -> CompletableFuture.completedFuture(Optional.empty()))
                    .get();
        }

        @Override
        public CompletionStage<List<ActorLocation>> locate(RouteName route) {
            lookups.incrementAndGet();
            return routed.getOrDefault(route.name(), () -> CompletableFuture.completedFuture(List.of()))
                    .get();
        }
    }

    /** One of two: {@link #SELF}'s actors are at another agent's proxy from where this one stands, and the other way round. */
    static ProxyUnderTest hopping(AgentId self, String token, UnaryOperator<ProxySettings> change) {
        HopSettings hop = new HopSettings("127.0.0.1", 0, Optional.empty(), HopKey.ofToken(token), Optional.empty());
        return new ProxyUnderTest(ProxySettings.defaults(self).withHop(hop), change, IngressLimits.defaults());
    }

    static ProxyUnderTest start() {
        return start(UnaryOperator.identity());
    }

    static ProxyUnderTest start(UnaryOperator<ProxySettings> change) {
        return start(change, IngressLimits.defaults());
    }

    static ProxyUnderTest start(UnaryOperator<ProxySettings> change, IngressLimits ingress) {
        return new ProxyUnderTest(ProxySettings.defaults(SELF), change, ingress);
    }

    static UnaryOperator<ProxySettings> times(UnaryOperator<ProxyTimes> change) {
        return settings -> settings.withTimes(change.apply(settings.times()));
    }

    ProxyUnderTest ready(RawActor actor) {
        return ready(actor.port());
    }

    ProxyUnderTest ready(int port) {
        return route(Status.READY, port);
    }

    ProxyUnderTest route(Status status, int port) {
        return route(1, status, port);
    }

    ProxyUnderTest route(long generation, Status status, int port) {
        proxy.routes().put(new ActorRoute(ACTOR, generation, status, Map.of("http", port)));
        return this;
    }

    /** WebSockets of its one port outlive its processes. */
    ProxyUnderTest hibernating(long generation, Status status, int port) {
        proxy.routes()
                .put(new ActorRoute(
                        ACTOR,
                        generation,
                        status,
                        Map.of("http", port),
                        ActorRoute.Traits.NONE,
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Set.of("http")));
        return this;
    }

    /** The actor has a port {@link #GAME} that is reached in this way, and none else. */
    ProxyUnderTest game(long generation, Status status, PortKind kind, int port) {
        return game(generation, status, kind, port, Map.of());
    }

    ProxyUnderTest limitedGame(RawActor actor, PortLimits limits) {
        return game(1, Status.READY, PortKind.TCP, actor.port(), Map.of(GAME, limits));
    }

    private ProxyUnderTest game(
            long generation, Status status, PortKind kind, int port, Map<String, PortLimits> limits) {
        proxy.routes()
                .put(new ActorRoute(
                        ACTOR,
                        generation,
                        status,
                        Map.of(GAME, port),
                        ActorRoute.Traits.NONE,
                        Map.of(),
                        limits,
                        Map.of(GAME, kind)));
        return this;
    }

    /** Returns when it listens at a number that leads to the actor's {@link #GAME}, and at no other. */
    InetSocketAddress listenFor(PortProtocol protocol) {
        var address = loopback(freeNumber());
        proxy.ingress(List.of(new IngressPort(address.getPort(), protocol, ACTOR, GAME)));
        await().until(() -> proxy.ingressBound() == 1);
        return address;
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    static int freeNumber() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How often it was counted so far. */
    long counted(IngressCounters.What what, String cause) {
        return proxy.ingressCounters().counts().stream()
                .filter(each -> each.what() == what && each.cause().equals(cause))
                .mapToLong(IngressCounters.Count::count)
                .sum();
    }

    ProxyUnderTest guarded(Status status, int port, PortGuard guard) {
        return route(status, port, Map.of("http", guard), Map.of());
    }

    ProxyUnderTest limited(RawActor actor, PortLimits limits) {
        return route(Status.READY, actor.port(), Map.of(), Map.of("http", limits));
    }

    ProxyUnderTest guarded(RawActor actor, PortGuard guard, PortLimits limits) {
        return route(Status.READY, actor.port(), Map.of("http", guard), Map.of("http", limits));
    }

    private ProxyUnderTest route(
            Status status, int port, Map<String, PortGuard> guards, Map<String, PortLimits> limits) {
        proxy.routes()
                .put(new ActorRoute(
                        ACTOR, 1, status, Map.of("http", port), ActorRoute.Traits.NONE, guards, limits, Map.of()));
        return this;
    }

    void access(List<ConnectionKey> keys, List<UUID> revoked) {
        proxy.access(new ToAgent.Access(1, 1, keys, revoked, List.of()));
    }

    void issuers(IssuerKeys... issuers) {
        proxy.access(new ToAgent.Access(1, 1, List.of(), List.of(), List.of(issuers)));
    }

    void locate(ActorId actor, ActorLocation location) {
        locate(actor, () -> CompletableFuture.completedFuture(Optional.of(location)));
    }

    void locate(ActorId actor, Supplier<CompletionStage<Optional<ActorLocation>>> answer) {
        locations.put(actor, answer);
    }

    void locate(String route, Supplier<CompletionStage<List<ActorLocation>>> answer) {
        routed.put(route, answer);
    }

    /** Whether the agent has a lease. */
    void mayServe(boolean now) {
        mayServe(() -> now);
    }

    /** @param now asked on the event loop before each request is carried */
    void mayServe(BooleanSupplier now) {
        mayServe = now;
    }

    int lookups() {
        return lookups.get();
    }

    RouteTable routes() {
        return proxy.routes();
    }

    Proxy proxy() {
        return proxy;
    }

    /** Where it takes requests from other agents. */
    InetSocketAddress hopAddress() {
        return proxy.hopAddress().orElseThrow();
    }

    InetSocketAddress address() {
        return proxy.address();
    }

    RawConnection connect() throws IOException {
        return RawConnection.to(address());
    }

    /** The path form of the actor's one port. */
    static String path(String rest) {
        return "/" + ACTOR + "-http" + rest;
    }

    static String get(String rest) {
        return "GET " + path(rest) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    URI uri(String rest) {
        return URI.create("http://127.0.0.1:" + address().getPort() + path(rest));
    }

    @Override
    public void close() {
        proxy.close();
        Leaks.assertNone();
    }
}
