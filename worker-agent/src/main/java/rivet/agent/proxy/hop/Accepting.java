package rivet.agent.proxy.hop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.hop.HopKey.Side;
import rivet.protocol.AgentId;

/** The side that was dialled: strangers learn nothing from it but that it is there. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write shows as an inactive channel
public final class Accepting extends Handshake {

    private static final Duration WITHIN = Duration.ofSeconds(5);

    private final HopKey key;
    private final AgentId self;
    private final byte[] certificate;
    private final Consumer<Channel> accepted;
    private final Runnable refused;

    /** What the one who dials has to show; none before it has named its number. */
    private byte @Nullable [] expected;

    /**
     * @param tls what the connection is encrypted with; null where it is not
     * @param accepted gives the connection a handler that serves it
     * @param refused told of each that was none of ours
     */
    public Accepting(HopKey key, AgentId self, @Nullable HopTls tls, Consumer<Channel> accepted, Runnable refused) {
        super(WITHIN);
        this.key = key;
        this.self = self;
        this.certificate = tls == null ? HopTls.NONE : tls.fingerprint();
        this.accepted = accepted;
        this.refused = refused;
    }

    @Override
    void step(ChannelHandlerContext ctx, ByteBuf in) {
        if (expected == null) {
            greet(ctx, in);
        } else if (in.readableBytes() >= HopKey.PROOF_BYTES) {
            if (HopKey.same(expected, read(in, HopKey.PROOF_BYTES))) {
                succeed(ctx);
            } else {
                refuse(ctx);
            }
        }
    }

    private void greet(ChannelHandlerContext ctx, ByteBuf in) {
        int many = Math.min(in.readableBytes(), PROTOCOL.length);
        for (int i = 0; i < many; i++) {
            if (in.getByte(in.readerIndex() + i) != PROTOCOL[i]) {
                refuse(ctx);
                return;
            }
        }
        if (in.readableBytes() < PROTOCOL.length + NUMBER_BYTES) {
            return;
        }
        in.skipBytes(PROTOCOL.length);
        byte[] theirs = read(in, NUMBER_BYTES);
        byte[] own = number();
        expected = key.proof(Side.DIALLER, self, theirs, own, certificate);
        ctx.writeAndFlush(bytes(own, key.proof(Side.OWNER, self, theirs, own, certificate)));
    }

    @Override
    void succeeded(Channel channel) {
        accepted.accept(channel);
    }

    @Override
    void failed() {
        refused.run();
    }
}
