package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;

/**
 * How one agent's proxy asks another for what is no request: on a connection whose ends have proved who they are it says in
 * one line who is meant, hears one byte, and what follows either way is the port's own. The line begins with a byte that no
 * request begins with.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class HopTunnel {

    /** Begins the line. */
    static final byte MARK = 1;

    static final int LONGEST_LINE = 200;

    /** What the owner says. */
    enum Reply {
        OPEN('O'),
        /** It does not run that generation, or may not serve it. */
        STALE('S'),
        /** The port has as many connections as it may. */
        FULL('F'),
        /** The actor does not accept connections there. */
        CLOSED('C'),
        /** Nothing that makes sense, or not in time. */
        SILENT('\0');

        private final char sign;

        Reply(char sign) {
            this.sign = sign;
        }

        ByteBuf bytes() {
            return Unpooled.wrappedBuffer(new byte[] {(byte) sign});
        }

        private static Reply of(byte said) {
            for (Reply reply : values()) {
                if (reply.sign == said) {
                    return reply;
                }
            }
            return SILENT;
        }
    }

    private HopTunnel() {}

    /** @param replied told once; where it is {@link Reply#OPEN} the connection is the port's, and else it is closed */
    static void ask(Lane lane, Channel owner, Target target, String port, PortKind kind, Consumer<Reply> replied) {
        String line = "%s %s %d %s\n"
                .formatted(kind.name().toLowerCase(Locale.ROOT), target.actor(), target.generation(), port);
        owner.pipeline().addLast(new Asking(lane, replied));
        owner.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {MARK}, line.getBytes(StandardCharsets.US_ASCII)));
    }

    static void drop(@Nullable Channel unwanted) {
        if (unwanted != null) {
            unwanted.close();
        }
    }

    /** Null where the line says nothing that makes sense. @param line without its mark and its end */
    static @Nullable HopDoor door(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 4) {
            return null;
        }
        try {
            PortKind kind = PortKind.valueOf(words[0].toUpperCase(Locale.ROOT));
            return kind == PortKind.HTTP
                    ? null
                    : new HopDoor(ActorId.parse(words[1]), Long.parseLong(words[2]), words[3], kind, 0);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static final class Asking extends ChannelInboundHandlerAdapter {

        private final Consumer<Reply> replied;
        private final ScheduledFuture<?> deadline;
        private boolean over;

        Asking(Lane lane, Consumer<Reply> replied) {
            this.replied = replied;
            this.deadline = lane.later(this::silent, lane.times().connect());
        }

        private void silent() {
            if (!over) {
                tell(Reply.SILENT);
            }
        }

        private void tell(Reply reply) {
            over = true;
            deadline.cancel(false);
            replied.accept(reply);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (over || !(message instanceof ByteBuf in) || !in.isReadable()) {
                ReferenceCountUtil.release(message);
                return;
            }
            Reply reply = Reply.of(in.readByte());
            tell(reply);
            if (reply == Reply.OPEN && ctx.channel().isActive()) {
                ctx.fireChannelRead(in);
                ctx.pipeline().remove(this);
            } else {
                in.release();
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            silent();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
