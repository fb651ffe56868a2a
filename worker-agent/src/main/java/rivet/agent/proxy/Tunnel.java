package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One half of a connection whose protocol was changed: moves bytes to the other half and understands none of them.
 * Everything else that a request needed is gone by then, so an idle WebSocket holds little memory.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class Tunnel extends ChannelInboundHandlerAdapter implements Lane.Swept {

    private final Lane lane;
    private final Channel own;
    private final Channel peer;
    /** Whether the actor is one of this agent's, which serves it as long as its lease lasts. */
    private final boolean ours;

    private boolean ended;
    private long lastRead;

    private Tunnel(Lane lane, Channel own, Channel peer, boolean ours) {
        this.lane = lane;
        this.ours = ours;
        this.own = own;
        this.peer = peer;
        this.lastRead = lane.now();
    }

    static void join(Lane lane, Channel client, Channel actor, boolean ours, @Nullable ByteBuf ahead) {
        Tunnel up = new Tunnel(lane, client, actor, ours);
        Tunnel down = new Tunnel(lane, actor, client, ours);
        client.pipeline().replace(ClientHandler.class, null, up);
        actor.pipeline().replace(ActorHandler.class, null, down);
        actor.config().setOption(ChannelOption.AUTO_CLOSE, true);
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        actor.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        lane.add(up);
        lane.add(down);
        client.flush();
        if (ahead != null) {
            actor.writeAndFlush(ahead);
        }
        client.config().setAutoRead(actor.isWritable());
        actor.config().setAutoRead(client.isWritable());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (ours && !lane.mayServe()) {
            ReferenceCountUtil.release(message);
            Ends.breakOff(own);
            Ends.breakOff(peer);
            return;
        }
        lastRead = lane.now();
        peer.write(message, peer.voidPromise());
        if (!peer.isWritable()) {
            own.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        lastRead = lane.now();
        peer.config().setAutoRead(own.isWritable());
    }

    /** One side has said all it will; the other may still be speaking. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent)) {
            return;
        }
        ended = true;
        Tunnel back = peer.pipeline().get(Tunnel.class);
        if (back == null || back.ended) {
            closeBoth();
        } else {
            peer.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
                if (peer.isActive()) {
                    Ends.finish(peer);
                }
            });
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lane.remove(this);
        closeAfterFlush(peer);
    }

    private void closeBoth() {
        closeAfterFlush(peer);
        closeAfterFlush(own);
    }

    /** What was already read is still delivered, to a reader that takes it within a bound. */
    private void closeAfterFlush(Channel channel) {
        var close = lane.later(channel::close, lane.times().linger());
        channel.closeFuture().addListener(_ -> close.cancel(false));
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> channel.close());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void sweep(long now) {
        Tunnel back = peer.pipeline().get(Tunnel.class);
        long lastMove = back == null ? lastRead : Math.max(lastRead, back.lastRead);
        if (now - lastMove > lane.times().idle().toNanos() || (ours && !lane.mayServe())) {
            own.close();
        }
    }

    /** Nobody can tell when a stream of a foreign protocol may be cut, so it is not waited for. */
    @Override
    public void drain() {}
}
