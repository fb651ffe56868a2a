package rivet.agent.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.IngressCounters.What;
import rivet.agent.proxy.tls.Tls;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.IngressPort;

/**
 * Listens at the numbers that lead to actors' TCP and UDP ports: at all of the region, whichever agent runs the actor, and for
 * as long as the number is the actor's. One event loop owns the list; what comes is served by all of them.
 */
@SuppressWarnings("FutureReturnValueIgnored") // each outcome is seen to by a listener
final class Ingress {

    private static final Logger log = LoggerFactory.getLogger(Ingress.class);

    /** Another program, or another agent of the same machine, may have the number, and give it back. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    /** What it needs of the proxy. @param listen binds a listener for TCP and gives each new connection to who serves */
    record Parts(
            ProxySettings settings,
            IngressLimits limits,
            EventLoop owner,
            Function<Channel, Lane> lane,
            Optional<Tls> tls,
            BiFunction<InetSocketAddress, Consumer<Channel>, ChannelFuture> listen) {}

    /** One number for one transport. @param udp the other transport is TCP */
    private record Number(boolean udp, int number) {

        static Number of(IngressPort port) {
            return new Number(port.protocol() == PortProtocol.UDP, port.number());
        }
    }

    private final Parts parts;
    private final IngressCounters counters = new IngressCounters();
    private final AtomicInteger sessions = new AtomicInteger();
    private final Map<Number, Listener> listeners = new HashMap<>();
    private volatile int bound;
    private volatile int unbound;
    private boolean closed;

    Ingress(Parts parts) {
        this.parts = parts;
        later();
    }

    private void later() {
        parts.owner().schedule(this::look, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    IngressCounters counters() {
        return counters;
    }

    /** Numbers at which it listens. */
    int bound() {
        return bound;
    }

    /** Numbers at which it should listen and does not. */
    int unbound() {
        return unbound;
    }

    /** All there are; thread-safe. */
    void set(List<IngressPort> all) {
        parts.owner().execute(() -> apply(all));
    }

    private void apply(List<IngressPort> all) {
        if (closed) {
            return;
        }
        var wanted = new HashSet<Number>();
        for (IngressPort port : all) {
            wanted.add(Number.of(port));
            listeners.computeIfAbsent(Number.of(port), _ -> new Listener(port)).lead(port);
        }
        listeners.entrySet().removeIf(each -> {
            boolean gone = !wanted.contains(each.getKey());
            if (gone) {
                each.getValue().close();
            }
            return gone;
        });
        listenEverywhere();
    }

    private void look() {
        if (!closed) {
            listenEverywhere();
            later();
        }
    }

    private void listenEverywhere() {
        listeners.values().forEach(Listener::listen);
        recount();
    }

    private void recount() {
        bound = (int) listeners.values().stream().filter(Listener::isBound).count();
        unbound = listeners.size() - bound;
    }

    /** Accepts no more; what is carried is not ended by this. */
    CompletableFuture<Void> close() {
        var done = new CompletableFuture<Void>();
        parts.owner().execute(() -> {
            closed = true;
            listeners.values().forEach(Listener::close);
            listeners.clear();
            done.complete(null);
        });
        return done;
    }

    /** Takes a connection of the one port for all names: whom it wants it says in TLS. On its event loop. */
    void serveByName(Channel client, Tls tls) {
        prepare(client, PortProtocol.TCP_TLS);
        tls.serveByName(client, (channel, name) -> {
            Destination to = Destination.ofName(name, parts.settings().baseDomain());
            if (to == null) {
                counters.count(What.CONNECTION, PortProtocol.TCP_TLS, Problem.NO_ROUTE.code());
                Ends.reset(channel);
            } else {
                serve(channel, new IngressPort(tls.tcpPort().orElse(0), PortProtocol.TCP_TLS, to.actor(), to.port()));
            }
        });
    }

    private void prepare(Channel client, PortProtocol protocol) {
        counters.opened(protocol);
        client.closeFuture().addListener(_ -> counters.closed(protocol));
        client.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    private void serve(Channel client, IngressPort to) {
        TcpClient.serve(parts.lane().apply(client), client, to, counters, parts.limits());
    }

    /** At one number. */
    private final class Listener {

        /** Read by each connection as it comes. */
        private volatile IngressPort port;

        private final AtomicInteger connections = new AtomicInteger();
        private @Nullable Channel channel;
        private boolean binding;
        private boolean told;
        private boolean over;

        Listener(IngressPort port) {
            this.port = port;
        }

        /** Sources of datagrams belong to the actor that they came for. */
        void lead(IngressPort now) {
            boolean another = !now.equals(port);
            port = now;
            if (another && now.protocol() == PortProtocol.UDP && channel != null) {
                channel.close();
                channel = null;
            }
        }

        boolean isBound() {
            return channel != null && channel.isActive();
        }

        void listen() {
            if (binding || isBound()) {
                return;
            }
            if (port.protocol() == PortProtocol.TCP_TLS && parts.tls().isEmpty()) {
                tell("the agent has no certificates (RIVET_PROXY_TLS_DIR)");
                return;
            }
            binding = true;
            var address = new InetSocketAddress(parts.settings().host(), port.number());
            ChannelFuture bound = port.protocol() == PortProtocol.UDP
                    ? listenUdp(address, port)
                    : parts.listen().apply(address, this::accept);
            bound.addListener((ChannelFuture done) -> parts.owner().execute(() -> bound(done)));
        }

        private void bound(ChannelFuture done) {
            binding = false;
            if (!done.isSuccess()) {
                tell(String.valueOf(done.cause().getMessage()));
            } else if (over) {
                done.channel().close();
            } else {
                channel = done.channel();
                told = false;
            }
            recount();
        }

        private void tell(String cause) {
            if (!told) {
                told = true;
                log.atWarn()
                        .addKeyValue("port", port.number())
                        .addKeyValue("protocol", port.protocol())
                        .addKeyValue("actor", port.actor())
                        .addKeyValue("cause", cause)
                        .log("a number that leads to an actor cannot be listened at; it is tried again");
            }
        }

        void close() {
            over = true;
            if (channel != null) {
                channel.close();
            }
        }

        private ChannelFuture listenUdp(InetSocketAddress address, IngressPort to) {
            return new Bootstrap()
                    .group(parts.owner().parent())
                    .channel(parts.settings().transport().datagrams())
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(UdpSession.LARGEST_DATAGRAM))
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel opened) {
                            Lane lane = parts.lane().apply(opened);
                            opened.pipeline().addLast(new UdpPort(lane, to, counters, parts.limits(), sessions));
                        }
                    })
                    .bind(address);
        }

        /** On the connection's event loop. */
        private void accept(Channel client) {
            IngressPort to = port;
            if (connections.incrementAndGet() > parts.limits().maxConnectionsPerPort()) {
                connections.decrementAndGet();
                counters.count(What.CONNECTION, to.protocol(), Problem.OVERLOADED.code());
                Ends.reset(client);
                return;
            }
            client.closeFuture().addListener(_ -> connections.decrementAndGet());
            prepare(client, to.protocol());
            switch (to.protocol()) {
                case TCP_TLS ->
                    parts.tls()
                            .ifPresentOrElse(
                                    tls -> tls.serve(client, (channel, _) -> serve(channel, to)), client::close);
                case HTTP, HTTPS, TCP, UDP -> serve(client, to);
            }
        }
    }
}
