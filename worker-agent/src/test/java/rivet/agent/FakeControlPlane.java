package rivet.agent;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.ReplicaId;
import rivet.protocol.Wire;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvReply;
import rivet.protocol.kv.KvWire;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.ReplicaList;
import rivet.protocol.link.RouteTraffic;
import rivet.protocol.link.RoutedActors;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.Hello;
import rivet.protocol.link.ToControlPlane.LogLine;

/** Speaks the control plane's side over a real socket; places nothing and remembers what it heard. */
public final class FakeControlPlane implements AutoCloseable {

    public static final String TOKEN = "token of the tests";

    public final List<Hello> hellos = new CopyOnWriteArrayList<>();
    public final List<Heartbeat> heartbeats = new CopyOnWriteArrayList<>();
    public final List<LogLine> lines = new CopyOnWriteArrayList<>();

    /** All that was said, in order: facts and lines. */
    public final List<Object> heard = new CopyOnWriteArrayList<>();

    public final Map<BuildId, byte[]> builds = new ConcurrentHashMap<>();
    public final Map<ActorId, ActorLocation> locations = new ConcurrentHashMap<>();
    public final Map<String, RoutedActors> routed = new ConcurrentHashMap<>();
    public final List<ToControlPlane.Followed> followed = new CopyOnWriteArrayList<>();
    public final List<RouteTraffic> traffic = new CopyOnWriteArrayList<>();
    public volatile int trafficStatus = 204;

    /** What was asked for stores; answered only by {@link #reply}. */
    public final List<KvCall> asked = new CopyOnWriteArrayList<>();

    public final AtomicInteger downloads = new AtomicInteger();
    public final AtomicLong epoch = new AtomicLong();
    public volatile boolean fenceNext;
    public volatile long fenceMs = 8000;

    /** This one's name, and the list that each heartbeat is told of which does not hold it; null: none. */
    public final ReplicaId replica = ReplicaId.random();

    public volatile @Nullable ReplicaList replicas;

    /** Whether the database is away. */
    public volatile boolean promises;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;
    private final AtomicLong revision = new AtomicLong();
    private volatile @Nullable Channel agent;
    private volatile @Nullable Channel stores;
    private volatile List<DesiredActor> desired = List.of();

    /** The last set of this conversation; null: none yet. */
    private volatile ToAgent.@Nullable Desired said;

    public FakeControlPlane() {
        server = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .childHandler(new Pipeline())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort());
    }

    public void desire(DesiredActor... actors) {
        desired = List.of(actors);
        revision.incrementAndGet();
        push();
    }

    /** Sends a message as it is, whatever it says. */
    public void say(ToAgent message) {
        var channel = agent;
        if (channel != null) {
            var _ = channel.writeAndFlush(new TextWebSocketFrame(Wire.JSON.writeValueAsString(message)));
        }
    }

    public void reply(KvReply reply) {
        var channel = stores;
        if (channel != null) {
            var bytes = Unpooled.wrappedBuffer(KvWire.write(reply));
            var _ = channel.writeAndFlush(new BinaryWebSocketFrame(bytes));
        }
    }

    public void disconnectStores() {
        var channel = stores;
        if (channel != null) {
            channel.close().syncUninterruptibly();
        }
    }

    public long revision() {
        return revision.get();
    }

    public void disconnect() {
        var channel = agent;
        if (channel != null) {
            channel.close().syncUninterruptibly();
        }
    }

    /** The agent's socket stays open, but nothing is read from it and no ping is answered. */
    public void deafen() {
        var channel = agent;
        if (channel != null) {
            channel.config().setAutoRead(false);
        }
    }

    /** The last fact of that generation. */
    public Optional<Phase> phase(ActorId actor, long generation) {
        return phases(actor, generation).stream().reduce((_, last) -> last);
    }

    public List<Phase> phases(ActorId actor, long generation) {
        return heard.stream()
                .filter(ActorReport.class::isInstance)
                .map(ActorReport.class::cast)
                .filter(report -> report.actor().equals(actor) && report.generation() == generation)
                .map(ActorReport::phase)
                .toList();
    }

    public Optional<Phase.Down> down(ActorId actor, long generation) {
        return phase(actor, generation).filter(Phase.Down.class::isInstance).map(Phase.Down.class::cast);
    }

    public Optional<Phase.Up> up(ActorId actor, long generation) {
        return phase(actor, generation).filter(Phase.Up.class::isInstance).map(Phase.Up.class::cast);
    }

    public String text(ActorId actor) {
        return String.join(
                "\n",
                lines.stream()
                        .filter(line -> line.actor().equals(actor))
                        .map(LogLine::text)
                        .toList());
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Whole at first, and then what has changed. */
    private synchronized void push() {
        var set = new ToAgent.Desired(epoch.get(), revision.get(), desired);
        var before = said;
        said = set;
        say(before == null ? set : change(before, set));
    }

    private static ToAgent.Changed change(ToAgent.Desired before, ToAgent.Desired set) {
        var was = before.actors().stream()
                .collect(Collectors.groupingBy(DesiredActor::actor, LinkedHashMap::new, Collectors.toList()));
        var is = set.actors().stream()
                .collect(Collectors.groupingBy(DesiredActor::actor, LinkedHashMap::new, Collectors.toList()));
        return new ToAgent.Changed(
                set.epoch(),
                before.revision(),
                set.revision(),
                is.entrySet().stream()
                        .filter(actor -> !actor.getValue().equals(was.get(actor.getKey())))
                        .flatMap(actor -> actor.getValue().stream())
                        .toList(),
                was.keySet().stream().filter(actor -> !is.containsKey(actor)).toList());
    }

    private void heard(Channel channel, ToControlPlane message) {
        switch (message) {
            case Hello hello -> {
                agent = channel;
                hellos.add(hello);
                heard.addAll(hello.actors());
                said = null;
                say(new ToAgent.Welcome(epoch.incrementAndGet(), 100, fenceMs, 600_000L));
                push();
            }
            case ToControlPlane.Report report -> heard.addAll(report.actors());
            case ToControlPlane.Follow follow -> followed.addAll(follow.actors());
            case ToControlPlane.Logs logs -> {
                heard.addAll(logs.lines());
                lines.addAll(logs.lines());
            }
        }
    }

    private final class Pipeline extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20), new Requests())
                    .addLast(new WebSocketServerProtocolHandler("/link", null, false, 1 << 20, false, true))
                    .addLast(new WebSocketFrameAggregator(64 << 20), new Messages(), new Questions());
        }
    }

    /** Answers all but the socket's own request. */
    @Sharable
    private final class Requests extends SimpleChannelInboundHandler<FullHttpRequest> {

        Requests() {
            super(false);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            var authorized = ("Bearer " + TOKEN).equals(request.headers().get(HttpHeaderNames.AUTHORIZATION));
            if (authorized && (request.uri().equals("/link") || request.uri().equals("/link/kv"))) {
                context.fireChannelRead(request);
                return;
            }
            try {
                var _ = context.writeAndFlush(authorized ? answer(request) : response(401, new byte[0]));
            } finally {
                ReferenceCountUtil.release(request);
            }
        }

        private DefaultFullHttpResponse answer(FullHttpRequest request) {
            var parts = request.uri().split("/", -1);
            return switch (parts[2]) {
                case "heartbeat" -> json(heartbeat(request.content().toString(StandardCharsets.UTF_8)));
                case "builds" -> {
                    downloads.incrementAndGet();
                    yield response(builds.get(BuildId.parse(parts[3])));
                }
                case "actors" -> json(locations.get(ActorId.parse(parts[3])));
                case "routes" -> json(routed.get(parts[4]));
                case "route-traffic" -> {
                    traffic.add(Wire.JSON.readValue(
                            request.content().toString(StandardCharsets.UTF_8), RouteTraffic.class));
                    yield response(trafficStatus, new byte[0]);
                }
                default -> response(404, new byte[0]);
            };
        }
    }

    private Heartbeat.Answer heartbeat(String text) {
        var heartbeat = Wire.JSON.readValue(text, Heartbeat.class);
        heartbeats.add(heartbeat);
        if (fenceNext) {
            fenceNext = false;
            return new Heartbeat.Answer.Fenced(heartbeat.epoch() + 1);
        }
        if (promises) {
            return new Heartbeat.Answer.Promise(heartbeat.nonce(), replica);
        }
        var list = replicas;
        var held = heartbeat.replicas();
        return new Heartbeat.Answer.Grant(
                heartbeat.nonce(),
                heartbeat.epoch(),
                list != null && (held == null || held < list.revision()) ? list : null);
    }

    private static DefaultFullHttpResponse json(@Nullable Object value) {
        return value == null ? response(404, new byte[0]) : response(200, Wire.JSON.writeValueAsBytes(value));
    }

    private static DefaultFullHttpResponse response(byte @Nullable [] body) {
        return body == null ? response(404, new byte[0]) : response(200, body);
    }

    private static DefaultFullHttpResponse response(int status, byte[] body) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return response;
    }

    private final class Messages extends SimpleChannelInboundHandler<TextWebSocketFrame> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame frame) {
            heard(context.channel(), Wire.JSON.readValue(frame.text(), ToControlPlane.class));
        }
    }

    private final class Questions extends SimpleChannelInboundHandler<BinaryWebSocketFrame> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, BinaryWebSocketFrame frame) {
            stores = context.channel();
            asked.add(KvWire.call(ByteBufUtil.getBytes(frame.content())));
        }
    }
}
