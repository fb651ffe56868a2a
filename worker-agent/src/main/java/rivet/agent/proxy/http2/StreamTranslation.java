package rivet.agent.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.Body;
import rivet.agent.proxy.http.Head;
import rivet.agent.proxy.http.HeadParser;
import rivet.agent.proxy.http.HeadParser.Progress;

/**
 * One stream: frames on the side of the network, the bytes of one message of HTTP/1.1 each way on the other.
 *
 * @param <H> the head of the message that goes out
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
abstract sealed class StreamTranslation<H extends Head> extends ChannelDuplexHandler
        permits ServerStream, ClientStream {

    private final HeadParser<H> parser;
    /** Of the message that goes out; none before its head. */
    private @Nullable Body body;

    private @Nullable ChannelFuture lastWrite;
    private boolean outEnded;
    private boolean inBegun;
    private boolean inEnded;
    private boolean chunked;
    private boolean wasReset;
    private boolean tunnel;

    StreamTranslation(HeadParser<H> parser) {
        this.parser = parser;
    }

    /** Writes the head of what comes in, or leaves it unsound. */
    abstract void head(HeadText text, Http2HeadersFrame frame);

    /** The first fields of what goes out. */
    abstract Http2Headers headers(H head);

    abstract Body body(H head);

    /** Whether another head will follow this one. */
    abstract boolean preliminary(H head);

    /** Both directions are bytes of another protocol once its answer has passed. */
    abstract boolean opensTunnel(H head);

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            switch (message) {
                case Http2HeadersFrame frame when !inBegun -> begin(ctx, frame);
                case Http2HeadersFrame frame -> trailers(ctx, frame);
                case Http2DataFrame frame -> data(ctx, frame);
                default -> {}
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        ByteBuf out = ctx.alloc().directBuffer();
        HeadText text = new HeadText(out);
        head(text, frame);
        if (!text.sound()) {
            out.release();
            reset(ctx, Http2Error.PROTOCOL_ERROR);
            return;
        }
        inBegun = !interim(frame);
        inEnded = frame.isEndStream();
        ctx.fireChannelRead(out);
    }

    /** Whether more heads come before the one that counts. */
    boolean interim(Http2HeadersFrame frame) {
        return false;
    }

    /** The length stands in the head, or is not known; or there is no body. */
    final void framing(HeadText text, Http2HeadersFrame frame, boolean emptyNeedsLength) {
        if (frame.headers().contains("content-length")) {
            return;
        }
        if (!frame.isEndStream()) {
            chunked = true;
            text.field("transfer-encoding", "chunked");
        } else if (emptyNeedsLength) {
            text.field("content-length", "0");
        }
    }

    private void data(ChannelHandlerContext ctx, Http2DataFrame frame) {
        ByteBuf content = frame.content();
        if (content.isReadable()) {
            ctx.fireChannelRead(chunked ? Chunks.of(ctx.alloc(), content) : content.retain());
        }
        if (frame.isEndStream()) {
            end(ctx, null);
        }
    }

    private void trailers(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        if (frame.isEndStream()) {
            end(ctx, frame.headers());
        } else {
            reset(ctx, Http2Error.PROTOCOL_ERROR);
        }
    }

    private void end(ChannelHandlerContext ctx, @Nullable Http2Headers trailers) {
        inEnded = true;
        if (tunnel) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else if (chunked) {
            ByteBuf last = Chunks.last(ctx.alloc(), trailers);
            if (last == null) {
                reset(ctx, Http2Error.PROTOCOL_ERROR);
            } else {
                ctx.fireChannelRead(last);
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        switch (message) {
            case ByteBuf bytes -> {
                send(ctx, bytes);
                settle(promise);
            }
            case Ending.FINISHED -> finish(ctx);
            case Ending.ABORTED -> reset(ctx, Http2Error.INTERNAL_ERROR);
            default -> ctx.write(message, promise);
        }
    }

    private void send(ChannelHandlerContext ctx, ByteBuf bytes) {
        try {
            while (bytes.isReadable() && !outEnded) {
                if (tunnel) {
                    dataFrame(ctx, bytes.readRetainedSlice(bytes.readableBytes()), false);
                } else if (body == null) {
                    sendHead(ctx, bytes);
                } else {
                    sendBody(ctx, bytes, body);
                }
            }
        } finally {
            bytes.release();
        }
    }

    private void sendHead(ChannelHandlerContext ctx, ByteBuf bytes) {
        Progress progress = parser.feed(bytes);
        if (progress == Progress.REFUSED) {
            reset(ctx, Http2Error.INTERNAL_ERROR);
        }
        if (progress != Progress.DONE) {
            return;
        }
        H head = parser.head();
        tunnel = opensTunnel(head);
        if (tunnel || preliminary(head)) {
            headersFrame(ctx, headers(head), false);
            parser.reset();
            return;
        }
        Body following = body(head);
        body = following;
        headersFrame(ctx, headers(head), following.done());
    }

    private void sendBody(ChannelHandlerContext ctx, ByteBuf bytes, Body following) {
        int many = following.nextData(bytes);
        if (many == Body.BROKEN) {
            reset(ctx, Http2Error.INTERNAL_ERROR);
            return;
        }
        boolean trailing = following.done() && !following.trailers().isEmpty();
        if (many > 0 || (following.done() && !trailing)) {
            dataFrame(ctx, bytes.readRetainedSlice(many), following.done());
        }
        if (trailing) {
            headersFrame(ctx, Fields.ofTrailers(following.trailers()), true);
        }
    }

    private void headersFrame(ChannelHandlerContext ctx, Http2Headers headers, boolean last) {
        outEnded = last;
        lastWrite = ctx.write(new DefaultHttp2HeadersFrame(headers, last));
    }

    private void dataFrame(ChannelHandlerContext ctx, ByteBuf data, boolean last) {
        outEnded = last;
        lastWrite = ctx.write(new DefaultHttp2DataFrame(data, last));
    }

    /** Bytes count as written when the frames are that they became. */
    private void settle(ChannelPromise promise) {
        ChannelFuture written = lastWrite;
        if (promise.isVoid()) {
            return;
        }
        if (written == null) {
            promise.trySuccess();
        } else {
            written.addListener(done -> {
                if (done.isSuccess()) {
                    promise.trySuccess();
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        }
    }

    private void finish(ChannelHandlerContext ctx) {
        if (!outEnded) {
            dataFrame(ctx, ctx.alloc().buffer(0), true);
            ctx.flush();
        }
    }

    private void reset(ChannelHandlerContext ctx, Http2Error why) {
        outEnded = true;
        inEnded = true;
        wasReset = true;
        ctx.writeAndFlush(new DefaultHttp2ResetFrame(why));
    }

    /** What the peer did wrong is told it by its name; else the stream would end as if we had changed our mind. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception wrong) {
            reset(ctx, wrong.error());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    /** What ends with its connection ends here, and what the peer still wants to send is not wanted any more. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (!outEnded && (tunnel || (body != null && body.endsWithConnection()))) {
            finish(ctx);
        }
        if (outEnded && !inEnded) {
            reset(ctx, Http2Error.NO_ERROR);
        }
        if (wasReset) {
            // The stream's channel closes with it; closing it ourselves would send a second reset.
            ctx.channel().closeFuture().addListener(_ -> promise.trySuccess());
        } else {
            ctx.close(promise);
        }
    }
}
