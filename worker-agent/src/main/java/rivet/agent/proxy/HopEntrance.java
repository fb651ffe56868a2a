package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.agent.proxy.HopTunnel.Reply;
import rivet.agent.proxy.tls.Tls;

/**
 * The first to hear another agent's proxy that has proved to be one: it wants either requests carried, or one connection or
 * source of datagrams. It is asked for nothing that this agent does not run, and it waits for nothing.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class HopEntrance extends ChannelInboundHandlerAdapter {

    private final Lane lane;
    private final Supplier<ClientHandler> requests;
    private final ScheduledFuture<?> deadline;
    private final StringBuilder line = new StringBuilder();
    private final Ahead ahead = new Ahead();
    private boolean marked;
    private boolean connecting;

    /** @param requests serves the connection where requests come */
    HopEntrance(Lane lane, Channel channel, Supplier<ClientHandler> requests) {
        this.lane = lane;
        this.requests = requests;
        this.deadline = lane.later(channel::close, lane.times().keepAlive());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (connecting) {
            ahead.add(in);
        } else if (!in.isReadable()) {
            in.release();
        } else if (!marked && in.getByte(in.readerIndex()) != HopTunnel.MARK) {
            deadline.cancel(false);
            // Gone before it is read on: who changes to HTTP/2 begins from the front again.
            ctx.pipeline().addLast(requests.get()).remove(this);
            Tls.inside(ctx.channel()).fireChannelRead(in);
        } else {
            readLine(ctx, in);
        }
    }

    private void readLine(ChannelHandlerContext ctx, ByteBuf in) {
        if (!marked) {
            in.skipBytes(1);
            marked = true;
        }
        int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int many = (end < 0 ? in.writerIndex() : end) - in.readerIndex();
        if (line.length() + many > HopTunnel.LONGEST_LINE) {
            in.release();
            ctx.close();
            return;
        }
        line.append(in.readCharSequence(many, StandardCharsets.US_ASCII));
        if (end < 0) {
            in.release();
            return;
        }
        in.skipBytes(1);
        ahead.add(in);
        deadline.cancel(false);
        open(ctx.channel());
    }

    private void open(Channel agent) {
        connecting = true;
        HopDoor door = HopTunnel.door(line.toString());
        Target target = door == null ? null : runs(door);
        if (door == null || target == null) {
            refuse(agent, Reply.STALE);
        } else if (door.kind() == PortKind.UDP) {
            agent.pipeline().remove(this);
            agent.writeAndFlush(Reply.OPEN.bytes());
            UdpTunnel.serve(lane, agent, door, ahead);
        } else {
            agent.config().setAutoRead(false);
            openTcp(agent, target);
        }
    }

    private void openTcp(Channel agent, Target target) {
        if (target.limits().isFull(target.streamBegins())) {
            target.streamEnded();
            refuse(agent, Reply.FULL);
        } else {
            agent.closeFuture().addListener(_ -> target.streamEnded());
            lane.pool().connector().open(target.line(), actor -> connected(agent, target, actor));
        }
    }

    private @Nullable Target runs(HopDoor door) {
        return lane.mayServe() && door.look(lane) instanceof Verdict.Carry(var target) ? target : null;
    }

    private void connected(Channel agent, Target target, @Nullable Channel actor) {
        if (!agent.isActive()) {
            HopTunnel.drop(actor);
        } else if (actor == null) {
            refuse(agent, Reply.CLOSED);
        } else {
            agent.write(Reply.OPEN.bytes());
            agent.flush();
            agent.pipeline().remove(this);
            Tunnel.join(lane, target, agent, actor, ahead, _ -> {});
        }
    }

    private void refuse(Channel agent, Reply reply) {
        ahead.drop();
        agent.writeAndFlush(reply.bytes()).addListener(_ -> agent.close());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.cancel(false);
        ahead.drop();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
