package rivet.agent.proxy.hop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.hop.HopKey.Side;
import rivet.protocol.AgentId;

/** The side that opened the connection. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write shows as an inactive channel
public final class Dialling extends Handshake {

    private final HopKey key;
    private final AgentId owner;
    private final Consumer<@Nullable Channel> opened;
    private final byte[] number = number();

    /** @param opened gets the connection once, or null if its other end is not that agent or says nothing in time */
    public Dialling(HopKey key, AgentId owner, Duration within, Consumer<@Nullable Channel> opened) {
        super(within);
        this.key = key;
        this.owner = owner;
        this.opened = opened;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(bytes(PROTOCOL, number));
    }

    @Override
    void step(ChannelHandlerContext ctx, ByteBuf in) {
        if (in.readableBytes() < NUMBER_BYTES + HopKey.PROOF_BYTES) {
            return;
        }
        byte[] theirs = read(in, NUMBER_BYTES);
        byte[] certificate = HopTls.shownOn(ctx.channel());
        if (!HopKey.same(key.proof(Side.OWNER, owner, number, theirs, certificate), read(in, HopKey.PROOF_BYTES))) {
            refuse(ctx);
            return;
        }
        ctx.writeAndFlush(bytes(key.proof(Side.DIALLER, owner, number, theirs, certificate)));
        succeed(ctx);
    }

    @Override
    void succeeded(Channel channel) {
        opened.accept(channel);
    }

    @Override
    void failed() {
        opened.accept(null);
    }
}
