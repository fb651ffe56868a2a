package rivet.agent.proxy.http2;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.function.LongSupplier;

/** Ends a connection whose peer makes us work with frames that ask for nothing: pings, settings, priorities. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class FloodGuard extends ChannelInboundHandlerAdapter {

    static final int MOST_IN_WINDOW = 1_000;
    private static final long WINDOW_NANOS = 10_000_000_000L;

    private final LongSupplier clock;
    private long windowFrom;
    private int frames;

    /** @param clock in nanoseconds */
    FloodGuard(LongSupplier clock) {
        this.clock = clock;
        this.windowFrom = clock.getAsLong();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        boolean useful = frame instanceof Http2DataFrame
                || frame instanceof Http2HeadersFrame
                || frame instanceof Http2WindowUpdateFrame;
        if (useful || withinBounds()) {
            ctx.fireChannelRead(frame);
            return;
        }
        ReferenceCountUtil.release(frame);
        if (frames == MOST_IN_WINDOW + 1) {
            ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM))
                    .addListener(_ -> ctx.channel().close());
        }
    }

    private boolean withinBounds() {
        long now = clock.getAsLong();
        if (now - windowFrom > WINDOW_NANOS && frames <= MOST_IN_WINDOW) {
            windowFrom = now;
            frames = 0;
        }
        return ++frames <= MOST_IN_WINDOW;
    }
}
