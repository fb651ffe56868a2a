package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One half of a connection whose protocol was changed, or never was HTTP: moves bytes to the other half and understands none
 * of them, but for where the frames of a WebSocket end, so that its client can be told why it is over. Everything else that a
 * request needed is gone by then, so an idle WebSocket holds little memory.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class Tunnel extends ChannelInboundHandlerAdapter implements Lane.Swept {

    private final Lane lane;
    private final Channel own;
    private final Channel peer;
    private final Target target;
    /** Of what the actor says; null in the other half, and where it speaks no WebSocket. */
    private final @Nullable FrameEdges edges;
    /** Told why we end it, where it never was HTTP; null elsewhere. */
    private final @Nullable Consumer<Goodbye> ends;

    private final long since;

    private boolean ended;
    /** We have ended both halves. */
    private boolean over;

    private long lastRead;

    private Tunnel(
            Lane lane,
            Channel own,
            Channel peer,
            Target target,
            @Nullable FrameEdges edges,
            @Nullable Consumer<Goodbye> ends) {
        this.lane = lane;
        this.target = target;
        this.own = own;
        this.peer = peer;
        this.edges = edges;
        this.ends = ends;
        this.since = lane.now();
        this.lastRead = since;
    }

    /**
     * @param target whose the other end is
     * @param ahead what the client has sent already, for the actor
     * @param edges of what the actor has sent already, where it speaks WebSocket
     */
    static void join(
            Lane lane,
            Target target,
            Channel client,
            Channel actor,
            @Nullable ByteBuf ahead,
            @Nullable FrameEdges edges) {
        Tunnel up = new Tunnel(lane, client, actor, target, null, null);
        Tunnel down = new Tunnel(lane, actor, client, target, edges, null);
        client.pipeline().replace(ClientHandler.class, null, up);
        actor.pipeline().replace(ActorHandler.class, null, down);
        join(lane, up, down);
        client.flush();
        if (ahead != null) {
            actor.writeAndFlush(ahead);
        }
        Reading.turn(client, actor.isWritable());
        Reading.turn(actor, client.isWritable());
    }

    /**
     * Of two connections that never were HTTP, and that no handler reads any more.
     *
     * @param ahead what the client has sent already
     * @param ends told when we end it, and why; not when one of the two sides does
     */
    static void join(Lane lane, Target target, Channel client, Channel actor, Ahead ahead, Consumer<Goodbye> ends) {
        Tunnel up = new Tunnel(lane, client, actor, target, null, ends);
        Tunnel down = new Tunnel(lane, actor, client, target, null, ends);
        client.pipeline().addLast(up);
        actor.pipeline().addLast(down);
        join(lane, up, down);
        ahead.sendTo(actor);
        Reading.turn(client, actor.isWritable());
        Reading.turn(actor, client.isWritable());
        if (ahead.finished()) {
            up.finish();
        }
    }

    private static void join(Lane lane, Tunnel up, Tunnel down) {
        Channel client = up.own;
        Channel actor = down.own;
        actor.config().setOption(ChannelOption.AUTO_CLOSE, true);
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        actor.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        lane.add(up);
        lane.add(down);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (isFenced()) {
            ReferenceCountUtil.release(message);
            end(Goodbye.LEASE_LOST);
            return;
        }
        lastRead = lane.now();
        if (edges != null && message instanceof ByteBuf bytes) {
            passOn(bytes, edges.pass(bytes));
        } else {
            peer.write(message, peer.voidPromise());
        }
        if (!peer.isWritable()) {
            Reading.turn(own, false);
        }
    }

    private void passOn(ByteBuf bytes, int unspeakable) {
        if (unspeakable == FrameEdges.NONE) {
            peer.write(bytes, peer.voidPromise());
        } else {
            peer.write(bytes.writerIndex(unspeakable), peer.voidPromise());
            explain(Goodbye.ACTOR_ENDED);
        }
    }

    /** Of an actor elsewhere its owner knows. */
    private boolean isFenced() {
        return !target.isElsewhere() && !lane.mayServe();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        lastRead = lane.now();
        Reading.turn(peer, own.isWritable());
    }

    /** One side has said all it will; the other may still be speaking. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!ended && isEnd(event)) {
            finish();
        }
    }

    /** Who ends TLS in order may leave the connection below it as it is. */
    private boolean isEnd(Object event) {
        return event instanceof ChannelInputShutdownEvent
                || (ends != null && event instanceof SslCloseCompletionEvent closed && closed.isSuccess());
    }

    private void finish() {
        ended = true;
        explain(Goodbye.ACTOR_ENDED);
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
        explain(Goodbye.ACTOR_ENDED);
        Ends.closeAfterFlush(lane, peer);
    }

    /** Ends both halves. On the event loop. */
    void end(Goodbye why) {
        if (over) {
            return;
        }
        over = true;
        explain(why);
        Tunnel back = peer.pipeline().get(Tunnel.class);
        if (back != null) {
            back.over = true;
            back.explain(why);
        }
        if (ends == null) {
            lane.counters().cut(why);
        } else {
            ends.accept(why);
        }
        closeBoth();
    }

    /** In the half that the actor feeds, and once: what comes after its last frame is none. */
    private void explain(Goodbye why) {
        if (edges != null && edges.open() && peer.isActive()) {
            ByteBuf frame = why.frame(peer.alloc());
            var _ = edges.pass(frame);
            peer.write(frame, peer.voidPromise());
        }
    }

    private void closeBoth() {
        Ends.closeAfterFlush(lane, peer);
        Ends.closeAfterFlush(lane, own);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void sweep(long now) {
        Tunnel back = peer.pipeline().get(Tunnel.class);
        long lastMove = back == null ? lastRead : Math.max(lastRead, back.lastRead);
        if (isFenced()) {
            end(Goodbye.LEASE_LOST);
        } else if (target.line() instanceof Line.Hop hop
                && (lane.remotes().isLost(target, now) || lane.pool().hops().streamIsCut(hop, lastMove))) {
            end(Goodbye.ACTOR_ENDED);
        } else if (target.limits().isIdle(now - lastMove, lane.times().idle())) {
            end(Goodbye.IDLE);
        } else if (target.limits().isStreamOver(now - since)) {
            end(Goodbye.STREAM_OVER);
        }
    }

    /** Nobody can tell when a stream of a foreign protocol may be cut, so it is not waited for. */
    @Override
    public void drain() {
        if (edges != null) {
            end(Goodbye.SHUTTING_DOWN);
        }
    }
}
