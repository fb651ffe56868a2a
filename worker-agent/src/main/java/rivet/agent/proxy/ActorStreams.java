package rivet.agent.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http2.Http2;

/** One lane's connection of HTTP/2 along one line, opened when it is wanted, with a stream for each request. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class ActorStreams {

    private record Asking(Exchange exchange, Target target) {}

    private final Lane lane;
    private final Line line;
    private final Connector connector;
    private final List<Asking> waiting = new ArrayList<>();
    private @Nullable Channel connection;
    private boolean connecting;
    private long busyAt;

    ActorStreams(Lane lane, Line line, Connector connector) {
        this.lane = lane;
        this.line = line;
        this.connector = connector;
        this.busyAt = lane.now();
    }

    /** Ends in one of {@link Exchange#connected} and {@link Exchange#unreachable}. */
    void open(Exchange exchange, Target target) {
        Asking asking = new Asking(exchange, target);
        Channel open = connection;
        if (open != null && open.isActive()) {
            open(open, asking);
            return;
        }
        waiting.add(asking);
        if (!connecting) {
            connecting = true;
            connector.open(line, this::connected);
        }
    }

    private void connected(@Nullable Channel channel) {
        connecting = false;
        connection = channel;
        List<Asking> asking = new ArrayList<>(waiting);
        waiting.clear();
        if (channel == null) {
            asking.forEach(each -> each.exchange().unreachable());
            return;
        }
        Http2.connect(channel.pipeline(), lane.settings().limits().head());
        channel.pipeline().addLast(new Remainder());
        asking.forEach(each -> open(channel, each));
    }

    private void open(Channel on, Asking asking) {
        busyAt = lane.now();
        Http2.open(on, lane.settings().limits().head(), this::prepare, stream -> {
            ActorHandler handler = stream == null ? null : stream.pipeline().get(ActorHandler.class);
            if (handler != null) {
                asking.exchange().connected(handler, asking.target());
            } else {
                forget(on); // it takes no more streams
                asking.exchange().unreachable();
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
