package rivet.agent.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http2.Http2;

/** One lane's connection of HTTP/2 to one target, opened when it is wanted, with a stream for each request. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class ActorStreams {

    private final Lane lane;
    private final Target target;
    private final Bootstrap bootstrap;
    private final List<Exchange> waiting = new ArrayList<>();
    private @Nullable Channel connection;
    private boolean connecting;
    private long busyAt;

    ActorStreams(Lane lane, Target target, Bootstrap base) {
        this.lane = lane;
        this.target = target;
        this.busyAt = lane.now();
        this.bootstrap = base.clone().handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                Http2.connect(channel.pipeline(), lane.settings().limits().head());
                channel.pipeline().addLast(new Remainder());
            }
        });
    }

    /** Ends in one of {@link Exchange#connected} and {@link Exchange#unreachable}. */
    void open(Exchange exchange) {
        Channel open = connection;
        if (open != null && open.isActive()) {
            open(open, exchange);
            return;
        }
        waiting.add(exchange);
        if (!connecting) {
            connecting = true;
            bootstrap.connect(target.address()).addListener((ChannelFuture connected) -> connected(connected));
        }
    }

    private void connected(ChannelFuture connected) {
        connecting = false;
        List<Exchange> asking = new ArrayList<>(waiting);
        waiting.clear();
        connection = connected.isSuccess() ? connected.channel() : null;
        asking.forEach(connected.isSuccess() ? this::open : Exchange::unreachable);
    }

    private void open(Channel on, Exchange exchange) {
        busyAt = lane.now();
        Http2.open(on, lane.settings().limits().head(), this::prepare, stream -> {
            ActorHandler handler = stream == null ? null : stream.pipeline().get(ActorHandler.class);
            if (handler != null) {
                exchange.connected(handler, target);
            } else {
                forget(on); // it takes no more streams
                exchange.unreachable();
            }
        });
    }

    private void forget(Channel unusable) {
        if (unusable.equals(connection)) {
            connection = null;
        }
    }

    private void prepare(Channel stream) {
        ProxyLimits limits = lane.settings().limits();
        stream.config().setWriteBufferWaterMark(new WriteBufferWaterMark(limits.lowWater(), limits.highWater()));
        stream.pipeline().addLast(new ActorHandler(lane, stream));
    }

    /** Streams that are open go on. */
    void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** Closes what nobody uses, and says whether nothing is left. */
    boolean sweep(long now, long keepNanos) {
        if (connecting || (connection != null && Http2.streams(connection) > 0)) {
            busyAt = now;
        } else if (now - busyAt > keepNanos) {
            close();
            return true;
        }
        return false;
    }

    /** What concerns the connection and no stream. */
    private static final class Remainder extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
