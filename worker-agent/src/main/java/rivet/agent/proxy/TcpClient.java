package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.IngressPort;

/**
 * A connection to a TCP port: waits before the actor's door, unread, for as long as a request would, and becomes a tunnel when
 * there is a connection behind it. Who gets none is told by a reset: there is no other word that all protocols know.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the lane reports what fails
final class TcpClient extends ChannelInboundHandlerAdapter implements Approach.Visitor, Lane.Swept {

    private enum Stage {
        APPROACHING,
        CONNECTING,
        CARRIED,
        ENDED
    }

    private final Lane lane;
    private final Channel channel;
    private final PortProtocol protocol;
    private final String port;
    private final IngressCounters counters;
    private final IngressLimits limits;
    private final Approach approach;
    private final Ahead ahead = new Ahead();

    private Stage stage = Stage.APPROACHING;
    /** Whose load this connection is part of. */
    private @Nullable Target counted;
    /** Made when an actor first refuses. */
    private @Nullable ConnectRetries retries;

    private TcpClient(Lane lane, Channel channel, IngressPort to, IngressCounters counters, IngressLimits limits) {
        this.lane = lane;
        this.channel = channel;
        this.protocol = to.protocol();
        this.port = to.port();
        this.counters = counters;
        this.limits = limits;
        this.approach = new Approach(this, lane, new IngressDoor(to.actor(), to.port(), PortKind.TCP));
    }

    /** Takes over a connection that nobody reads. On its event loop. */
    static void serve(Lane lane, Channel channel, IngressPort to, IngressCounters counters, IngressLimits limits) {
        channel.config().setAutoRead(false);
        TcpClient client = new TcpClient(lane, channel, to, counters, limits);
        channel.pipeline().addLast(client);
        lane.add(client);
        client.approach.decide();
    }

    @Override
    public void admitted(Target target) {
        stage = Stage.CONNECTING;
        counted = target;
        if (target.limits().isFull(target.streamBegins())) {
            fail(Problem.CONCURRENCY_LIMIT);
            return;
        }
        lane.pool().connector().open(target.line(), opened -> connected(target, opened));
    }

    private void connected(Target target, @Nullable Channel opened) {
        if (stage != Stage.CONNECTING) {
            HopTunnel.drop(opened);
        } else if (opened == null) {
            unreachable(target);
        } else if (target.isElsewhere()) {
            HopTunnel.ask(lane, opened, target, port, PortKind.TCP, reply -> told(target, opened, reply));
        } else {
            join(target, opened);
        }
    }

    private void told(Target target, Channel owner, HopTunnel.Reply reply) {
        if (stage != Stage.CONNECTING) {
            HopTunnel.drop(owner);
            return;
        }
        switch (reply) {
            case OPEN -> join(target, owner);
            case STALE -> {
                lane.remotes().refused(target);
                approachAgain();
            }
            case FULL -> fail(Problem.CONCURRENCY_LIMIT);
            case CLOSED -> tryAgain(Problem.CONNECT_FAILED);
            case SILENT -> unreachable(target);
        }
    }

    private void unreachable(Target target) {
        if (target.isElsewhere()) {
            lane.remotes().unreached(target);
        }
        tryAgain(target.isElsewhere() ? Problem.OWNER_UNREACHABLE : Problem.CONNECT_FAILED);
    }

    private void tryAgain(Problem otherwise) {
        ConnectRetries again =
                retries == null ? new ConnectRetries(lane.times().connectRetries(), System.nanoTime()) : retries;
        retries = again;
        again.refused(System.nanoTime())
                .ifPresentOrElse(pause -> lane.later(this::connectAgain, pause), () -> fail(otherwise));
    }

    private void connectAgain() {
        if (stage == Stage.CONNECTING) {
            approachAgain();
        }
    }

    private void approachAgain() {
        stage = Stage.APPROACHING;
        uncount();
        approach.decide();
    }

    private void join(Target target, Channel actor) {
        stage = Stage.CARRIED;
        lane.remove(this);
        counters.count(What.CONNECTION, protocol, IngressCounters.CARRIED);
        var oldAge = lane.later(() -> Goodbye.LIFETIME.say(channel), limits.lifetime());
        channel.closeFuture().addListener(_ -> {
            oldAge.cancel(false);
            target.streamEnded();
        });
        channel.pipeline().remove(this);
        Tunnel.join(
                lane,
                target,
                channel,
                actor,
                ahead,
                why -> counters.count(What.CONNECTION, protocol, why.name().toLowerCase(Locale.ROOT)));
    }

    @Override
    public void fail(Problem problem) {
        counters.count(What.CONNECTION, protocol, problem.code());
        end();
        Ends.reset(channel);
    }

    private void end() {
        stage = Stage.ENDED;
        approach.leave();
        lane.remove(this);
        ahead.drop();
        uncount();
    }

    private void uncount() {
        if (counted != null) {
            counted.streamEnded();
            counted = null;
        }
    }

    /** Everyone may reach it: what is spoken there has to ask who comes. */
    @Override
    public boolean mayWait() {
        return true;
    }

    /** What had come before reading was turned off, or with the end of what the client sends. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ahead.add((ByteBuf) message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            ahead.finish();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (stage == Stage.APPROACHING || stage == Stage.CONNECTING) {
            counters.count(What.CONNECTION, protocol, RouteCounts.CLIENT_LEFT_CAUSE);
            end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void sweep(long now) {
        // Its waits have their own ends.
    }

    @Override
    public void drain() {
        fail(Problem.SHUTTING_DOWN);
    }
}
