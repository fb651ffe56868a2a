package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.http2.Http2;
import rivet.agent.proxy.tls.Tls;

/** One client's connection of HTTP/2. Each of its streams has a {@link ClientHandler} of its own. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class MultiplexedClient extends ChannelInboundHandlerAdapter implements Lane.Swept {

    private static final Logger log = LoggerFactory.getLogger(MultiplexedClient.class);

    private final Lane lane;
    private final Channel channel;
    private long busyAt;

    private MultiplexedClient(Lane lane, Channel channel) {
        this.lane = lane;
        this.channel = channel;
        this.busyAt = lane.now();
        lane.add(this);
    }

    /** Takes over a connection on which nothing was read yet. */
    static void serve(Lane lane, Channel channel) {
        serve(lane, channel, stream -> ClientHandler.ofWorld(lane, stream));
    }

    private static void serve(Lane lane, Channel channel, Function<Channel, ClientHandler> client) {
        Http2.serve(channel.pipeline(), lane.settings().limits().head(), stream -> accept(lane, stream, client));
        channel.pipeline().addLast(new MultiplexedClient(lane, channel));
        channel.config().setAutoRead(true);
    }

    /**
     * Takes over a connection of which the first half of the preface was read.
     *
     * @param agent whether the other end is the proxy of another agent
     * @param rest is taken over
     */
    static void serve(Lane lane, Channel channel, boolean agent, ByteBuf rest) {
        serve(
                lane,
                channel,
                stream -> agent ? ClientHandler.ofAgent(lane, stream) : ClientHandler.ofWorld(lane, stream));
        Tls.inside(channel).fireChannelRead(Http2.prefaceRead()).fireChannelRead(rest);
    }

    private static void accept(Lane lane, Channel stream, Function<Channel, ClientHandler> client) {
        ProxyLimits limits = lane.settings().limits();
        stream.config().setWriteBufferWaterMark(new WriteBufferWaterMark(limits.lowWater(), limits.highWater()));
        stream.pipeline().addLast(client.apply(stream));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lane.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception) {
            return; // the codec has told the client what was wrong, and closes
        }
        if (!(cause instanceof IOException)) {
            log.atWarn().setCause(cause).log("a client's connection failed unexpectedly");
        }
        ctx.close();
    }

    @Override
    public void sweep(long now) {
        if (Http2.streams(channel) > 0) {
            busyAt = now;
        } else if (now - busyAt > lane.times().keepAlive().toNanos()) {
            channel.close();
        }
    }

    /** Says that no more streams are taken; those that are open go on. */
    @Override
    public void drain() {
        channel.close();
    }
}
