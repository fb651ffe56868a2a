package rivet.agent.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;

/**
 * Closes a client's connection so that its last answer is read: closing while the client still sends would make its
 * kernel throw the answer away. So we say that we have finished, and let what still comes fall for a bounded while.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class Farewell extends ChannelInboundHandlerAdapter {

    private final Lane lane;
    private final Channel channel;

    Farewell(Lane lane, Channel channel) {
        this.lane = lane;
        this.channel = channel;
    }

    /** Flushes and closes; {@code more} says that the client may still be sending. */
    void begin(boolean more) {
        closeAfter(lane.times().stall());
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (more && flushed.isSuccess()) {
                Ends.finish(channel);
                closeAfter(lane.times().linger());
            } else {
                channel.close();
            }
        });
        channel.config().setAutoRead(true);
    }

    private void closeAfter(Duration bound) {
        var close = lane.later(channel::close, bound);
        channel.closeFuture().addListener(_ -> close.cancel(false));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
