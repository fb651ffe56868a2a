package rivet.agent.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Admission.Verdict;
import rivet.agent.proxy.IngressCounters.What;
import rivet.protocol.PortProtocol;

/**
 * One source of datagrams: has a socket of its own towards the actor, so that what comes back on it is for this source. The
 * actor's door is looked at for each datagram, because nothing else tells that an actor is gone. Of one event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what cannot be sent is lost, as datagrams may be
final class UdpSession implements Approach.Visitor {

    /** The largest there is. */
    static final int LARGEST_DATAGRAM = 65_535;

    private static final int MOST_WAITING = 32;
    private static final int MOST_WAITING_BYTES = 64 * 1024;

    private enum Stage {
        APPROACHING,
        CONNECTING,
        OPEN,
        ENDED
    }

    /** Of a session. */
    interface Client {

        /** Takes over a datagram of the actor. */
        void send(ByteBuf datagram);

        /** The session is over, for a reason of ours. */
        void ended();
    }

    private final Lane lane;
    private final Door door;
    private final IngressCounters counters;
    private final Client client;
    private final Approach approach;
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();
    private int waitingBytes;

    private Stage stage = Stage.APPROACHING;
    private @Nullable Target target;
    private @Nullable Channel actor;
    private long lastMove = System.nanoTime();

    UdpSession(Lane lane, Door door, IngressCounters counters, Client client) {
        this.lane = lane;
        this.door = door;
        this.counters = counters;
        this.client = client;
        this.approach = new Approach(this, lane, door);
    }

    /** When something last came or went, on {@link System#nanoTime}. */
    long lastMove() {
        return lastMove;
    }

    /** Takes over the first datagram of the client. */
    void begin(ByteBuf datagram) {
        hold(datagram);
        approach.decide();
    }

    /** Takes over a datagram of the client. */
    void receive(ByteBuf datagram) {
        lastMove = lane.now();
        Channel open = actor;
        if (stage == Stage.ENDED) {
            datagram.release();
        } else if (stage != Stage.OPEN || open == null) {
            hold(datagram);
        } else if (!leadsStill() || !open.isActive()) {
            hold(datagram);
            approachAgain();
        } else {
            send(open, datagram);
        }
    }

    private void send(Channel to, ByteBuf datagram) {
        if (to.isWritable()) {
            to.writeAndFlush(datagram);
            count(What.DATAGRAM_IN, IngressCounters.CARRIED);
        } else {
            datagram.release();
            count(What.DATAGRAM_IN, "actor_slow");
        }
    }

    private void hold(ByteBuf datagram) {
        if (waiting.size() >= MOST_WAITING || waitingBytes + datagram.readableBytes() > MOST_WAITING_BYTES) {
            datagram.release();
            count(What.DATAGRAM_IN, Problem.TOO_MANY_WAITING.code());
        } else {
            waitingBytes += datagram.readableBytes();
            waiting.add(datagram);
        }
    }

    /** Whether the door leads to the same copy of the actor, and we may go through it. */
    private boolean leadsStill() {
        Target known = target;
        return known != null
                && door.look(lane) instanceof Verdict.Carry(var now)
                && now.equals(known)
                && (known.isElsewhere() || lane.mayServe());
    }

    @Override
    public void admitted(Target admitted) {
        stage = Stage.CONNECTING;
        target = admitted;
        admitted.streamBegins();
        if (admitted.isElsewhere()) {
            lane.pool().connector().open(admitted.line(), owner -> dialled(admitted, owner));
        } else {
            connect(admitted);
        }
    }

    private void connect(Target to) {
        new Bootstrap()
                .group(lane.loop())
                .channel(lane.settings().transport().datagrams())
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(LARGEST_DATAGRAM))
                .handler(new Replies())
                .connect(to.line().address())
                .addListener((ChannelFuture done) -> connected(done.isSuccess() ? done.channel() : null));
    }

    private void dialled(Target to, @Nullable Channel owner) {
        if (stage != Stage.CONNECTING) {
            HopTunnel.drop(owner);
        } else if (owner == null) {
            lane.remotes().unreached(to);
            fail(Problem.OWNER_UNREACHABLE);
        } else {
            HopTunnel.ask(lane, owner, to, door.port(), PortKind.UDP, reply -> told(to, owner, reply));
        }
    }

    private void told(Target to, Channel owner, HopTunnel.Reply reply) {
        if (stage != Stage.CONNECTING) {
            HopTunnel.drop(owner);
            return;
        }
        switch (reply) {
            case OPEN -> {
                UdpTunnel.frame(owner.pipeline());
                owner.pipeline().addLast(new Replies());
                connected(owner);
            }
            case STALE -> {
                lane.remotes().refused(to);
                approachAgain();
            }
            case FULL, CLOSED, SILENT -> {
                lane.remotes().unreached(to);
                fail(Problem.OWNER_UNREACHABLE);
            }
        }
    }

    private void connected(@Nullable Channel opened) {
        if (stage != Stage.CONNECTING) {
            HopTunnel.drop(opened);
        } else if (opened == null) {
            fail(Problem.CONNECT_FAILED);
        } else {
            stage = Stage.OPEN;
            actor = opened;
            while (!waiting.isEmpty()) {
                send(opened, waiting.poll());
            }
            waitingBytes = 0;
        }
    }

    private void approachAgain() {
        if (stage == Stage.ENDED) {
            return;
        }
        stage = Stage.APPROACHING;
        leaveActor();
        approach.decide();
    }

    /** What comes from the actor, or from its agent. */
    private final class Replies extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof DatagramPacket packet) {
                reply(ctx.channel(), packet.content());
            } else if (message instanceof ByteBuf datagram) {
                reply(ctx.channel(), datagram);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        /** Nobody listens there (any more), or what we sent was too large. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            count(What.DATAGRAM_IN, Problem.CONNECT_FAILED.code());
        }
    }

    private void reply(Channel from, ByteBuf datagram) {
        if (!from.equals(actor) || !leadsStill()) {
            datagram.release();
            return;
        }
        lastMove = lane.now();
        client.send(datagram);
    }

    @Override
    public void fail(Problem problem) {
        count(What.SESSION, problem.code());
        end();
        client.ended();
    }

    /** Nothing more is carried. */
    void end() {
        stage = Stage.ENDED;
        approach.leave();
        leaveActor();
        while (!waiting.isEmpty()) {
            waiting.poll().release();
        }
    }

    private void leaveActor() {
        HopTunnel.drop(actor);
        actor = null;
        if (target != null) {
            target.streamEnded();
            target = null;
        }
    }

    @Override
    public boolean mayWait() {
        return true;
    }

    private void count(What what, String cause) {
        counters.count(what, PortProtocol.UDP, cause);
    }
}
