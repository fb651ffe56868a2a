package rivet.agent.proxy.hop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is said first on a connection between agents: the one who dials names the protocol and a number, the owner answers
 * with a number of its own and its proof, and the one who dials with his. What follows is HTTP.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
abstract sealed class Handshake extends ByteToMessageDecoder permits Dialling, Accepting {

    static final byte[] PROTOCOL = "RIVET HOP 1\r\n".getBytes(StandardCharsets.US_ASCII);
    static final int NUMBER_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Duration within;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean over;

    /** @param within from the connection to the last proof */
    Handshake(Duration within) {
        this.within = within;
    }

    static byte[] number() {
        byte[] number = new byte[NUMBER_BYTES];
        RANDOM.nextBytes(number);
        return number;
    }

    static byte[] read(ByteBuf in, int many) {
        byte[] bytes = new byte[many];
        in.readBytes(bytes);
        return bytes;
    }

    static ByteBuf bytes(byte[]... parts) {
        return Unpooled.wrappedBuffer(parts);
    }

    /** Takes one step, if enough has come for it. */
    abstract void step(ChannelHandlerContext ctx, ByteBuf in);

    /** The other side is who it should be; its pipeline is given what comes next. */
    abstract void succeeded(Channel channel);

    abstract void failed();

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> ctx.close(), within.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    protected final void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (!over) {
            step(ctx, in);
        }
    }

    final void succeed(ChannelHandlerContext ctx) {
        over = true;
        cancelDeadline();
        succeeded(ctx.channel());
        ctx.pipeline().remove(this);
    }

    /** Nothing is said about why: it would only help who guesses. */
    final void refuse(ChannelHandlerContext ctx) {
        over = true;
        ctx.close();
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        cancelDeadline();
        failed();
    }

    @Override
    protected final void handlerRemoved0(ChannelHandlerContext ctx) {
        cancelDeadline();
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
