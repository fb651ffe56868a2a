package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.agent.proxy.Asker.Switched;
import rivet.agent.proxy.HopFields.Hibernation;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.ResponseWriter;
import rivet.agent.proxy.http.ResponseWriter.Afterwards;
import rivet.agent.proxy.http.Shown;

/**
 * A client's WebSocket that outlives its actor's processes: where one ends and has not closed the socket itself, the socket stays,
 * keeps what comes, and is opened to the next process when there is one, or when the client says something. Also stands, where the
 * client is another agent's proxy which does all that, before the actor's port and only tells use from silence. Lives on the event
 * loop of its client.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class HibernatingSocket extends ChannelInboundHandlerAdapter implements Lane.Swept, Frames.Sink {

    /** With these an actor says that it goes and will be back, and the last three are never said at all (RFC 6455, 7.4.1). */
    private static final Set<Integer> NO_END = Set.of(1001, 1012, 1005, 1006, 1015);

    /** No generation. */
    private static final long NONE = -1;

    private final Lane lane;
    private final Channel client;
    private final Resumption.Opening opening;
    /** Whether it hibernates here, and not at the proxy that the client is connected to. */
    private final boolean hibernates;

    private final long since;
    private final Frames said = new Frames();
    private final Kept kept = new Kept();
    private final Comeback comeback;
    private @Nullable Upstream up;
    private Access.@Nullable Pass pass;
    private Limits limits;

    /** The newest answer to a ping that waits for the end of a frame. */
    private @Nullable ByteBuf pong;
    /** The actor's process has been told to end: what the client says from now on is for the next. */
    private boolean paused;

    private boolean clientBye;
    private boolean actorBye;
    private boolean over;
    private long lastRead;

    private HibernatingSocket(
            Lane lane, Channel client, Resumption.Opening opening, Target target, boolean hibernates) {
        this.lane = lane;
        this.client = client;
        this.opening = opening;
        this.comeback = new Comeback(lane, this, opening);
        this.hibernates = hibernates;
        this.limits = target.limits();
        this.since = lane.now();
        this.lastRead = since;
    }

    /** Whether an actor of this agent is asked for such a WebSocket. */
    static boolean isWanted(Target target, RequestHead head) {
        return target.hibernates() && head.asksForWebSocket();
    }

    /** What an actor is told of it. */
    static String told(RayId ray, boolean resumed) {
        return "x-rivet-websocket-id: %s\r\n%s".formatted(ray, resumed ? "x-rivet-websocket-resumed: true\r\n" : "");
    }

    static boolean isOne(Switched to) {
        return to.served().isElsewhere()
                ? Hibernation.of(to.head()) != null
                : isWanted(to.served(), to.asked().head());
    }

    static void open(Lane lane, ClientHandler by, Switched to) {
        Hibernation owners = to.served().isElsewhere() ? Hibernation.of(to.head()) : null;
        String port = owners == null ? to.served().name() : owners.port();
        Channel client = by.channel();
        HibernatingSocket socket =
                new HibernatingSocket(lane, client, Resumption.Opening.of(by, to, port), to.served(), !by.isAgent());
        Access.Pass pass = to.asked().hibernates(to.head().status(), to.actor());
        String told = by.isAgent() ? new Hibernation(port, pass == null ? null : pass.connection()).line() : "";
        ResponseWriter.write(
                lane.writer(), to.head(), Afterwards.KEPT, to.asked().ray(), told);
        client.write(lane.writer().toBuffer(client.alloc(), 0), client.voidPromise());
        ByteBuf ahead = by.leave();
        client.pipeline().replace(by, null, socket);
        lane.add(socket);
        lane.sockets().add(socket.opening.actor(), socket);
        if (owners != null && owners.connection() != null) {
            pass = new Access.Pass(to.served(), Shown.NOTHING, owners.connection(), client);
        }
        socket.letIn(pass);
        socket.attach(to);
        if (ahead != null) {
            socket.said.feed(ahead, socket);
            socket.flushUp();
        }
        socket.adjustReading();
        // The route may have changed before it could be told.
        socket.look();
    }

    private void letIn(Access.@Nullable Pass with) {
        pass = with;
        if (with != null && lane.access().isCut(with)) {
            end(Goodbye.CONNECTION_REVOKED);
        }
    }

    private void attach(Switched to) {
        if (over) {
            to.actor().close();
            return;
        }
        Upstream fresh = new Upstream(to.actor(), to.served());
        up = fresh;
        paused = false;
        comeback.isThere();
        if (!to.served().isElsewhere()) {
            limits = to.served().limits();
        }
        to.actor().config().setOption(ChannelOption.AUTO_CLOSE, true);
        to.actor().pipeline().replace(ActorHandler.class, null, fresh);
        fresh.frames.feed(to.in().readRetainedSlice(to.in().readableBytes()), fresh);
        client.flush();
        kept.forEach(this::send);
        flushUp();
        adjustReading();
    }

    /** The actor's next process has opened it. */
    void resumed(Switched to) {
        Access.Pass with = to.asked().hibernates(to.head().status(), to.actor());
        if (with != null) {
            letIn(with);
        }
        if (!opening.agreesWith(to.head())) {
            to.actor().close();
            end(Goodbye.NOT_RESUMED);
            return;
        }
        attach(to);
        look();
    }

    /** Whom a try to resume it had let in, and has given back, is let in as before. */
    void letInAgain() {
        letIn(pass);
    }

    /** Whether the actor has to be there. */
    boolean hasToTell() {
        return !kept.isEmpty();
    }

    /** Whether it could be opened to a process. */
    boolean isAlone() {
        return !over && up == null;
    }

    /** From any thread. */
    void lookAgain() {
        lane.loop().execute(this::look);
    }

    private void look() {
        if (over || !hibernates) {
            return;
        }
        RouteTable.Entry entry = lane.routes().find(opening.actor());
        long ready = entry != null && entry.route().status() == Status.READY
                ? entry.route().generation()
                : NONE;
        Upstream now = up;
        if (now == null && ready != NONE) {
            comeback.want();
        } else if (now != null && !now.target.isElsewhere()) {
            paused = ready != now.target.generation();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastRead = lane.now();
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        loseFenced();
        said.feed((ByteBuf) message, this);
        adjustReading();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushUp();
        sayPong();
        client.flush();
    }

    @Override
    public void part(ByteBuf bytes, boolean endsMessage) {
        if (over || clientBye) {
            bytes.release();
            return;
        }
        Upstream to = up;
        if (to != null) {
            to.target.used();
        }
        if (isHeard()) {
            send(kept.add(bytes, endsMessage));
            return;
        }
        // What waits longer does not hold the buffer that it was read into.
        ByteBuf copy = bytes.alloc().buffer(bytes.readableBytes()).writeBytes(bytes);
        bytes.release();
        var _ = kept.add(copy, endsMessage);
        comeback.want();
    }

    private boolean isHeard() {
        return up != null && !paused;
    }

    private void send(Kept.Part part) {
        Upstream to = up;
        if (to == null) {
            return;
        }
        to.channel.write(part.bytes().retainedDuplicate()).addListener(done -> {
            if (done.isSuccess() && !over && to.equals(up)) {
                kept.sent(part);
                adjustReading();
            }
        });
    }

    private void flushUp() {
        if (up != null) {
            up.channel.flush();
        }
    }

    @Override
    public void control(int opcode, ByteBuf frame) {
        if (over || clientBye) {
            frame.release();
            return;
        }
        switch (opcode) {
            case Frames.PING -> owePong(Frames.answer(Frames.PONG, frame));
            case Frames.CLOSE -> clientCloses(frame);
            default -> {
                if (up == null) {
                    frame.release();
                } else {
                    up.channel.write(frame, up.channel.voidPromise());
                }
            }
        }
    }

    /** Only the newest ping has to be answered (RFC 6455, 5.5.3). */
    private void owePong(ByteBuf answer) {
        dropPong();
        pong = answer;
        sayPong();
    }

    private void sayPong() {
        if (pong != null && isAtEdge()) {
            client.write(pong, client.voidPromise());
            pong = null;
        }
    }

    private void dropPong() {
        if (pong != null) {
            pong.release();
            pong = null;
        }
    }

    private boolean isAtEdge() {
        return up == null || up.frames.atEdge();
    }

    /** What it said before goes first, and then its last word; where nothing waits and nobody is there, we answer. */
    private void clientCloses(ByteBuf frame) {
        clientBye = true;
        if (isHeard() || !kept.isEmpty()) {
            Kept.Part part = kept.add(frame, true);
            if (isHeard()) {
                send(part);
            } else {
                comeback.want();
            }
        } else if (up != null) {
            up.channel.writeAndFlush(frame, up.channel.voidPromise());
        } else {
            client.write(Frames.answer(Frames.CLOSE, frame), client.voidPromise());
            finish();
        }
        if (actorBye) {
            finish();
        }
    }

    /** All is said. */
    private void finish() {
        if (!over) {
            over();
            Ends.closeAfterFlush(lane, client);
        }
    }

    @Override
    public void malformed() {
        end(Goodbye.MALFORMED_FRAMES);
    }

    /** The actor's connection is gone. */
    private void lost(Upstream gone) {
        if (!gone.equals(up)) {
            return;
        }
        up = null;
        paused = false;
        gone.frames.stop();
        if (over) {
            return;
        }
        boolean whole = kept.rewind();
        if (!gone.frames.atEdge()) {
            over();
            lane.counters().cut(Goodbye.MESSAGE_CUT);
            Ends.breakOff(client);
        } else if (actorBye) {
            finish();
        } else if (!hibernates || (clientBye && kept.isEmpty())) {
            end(Goodbye.ACTOR_ENDED);
        } else if (gone.frames.inMessage() || !whole) {
            end(Goodbye.MESSAGE_CUT);
        } else {
            hibernate(gone);
        }
    }

    private void hibernate(Upstream gone) {
        sayPong();
        client.flush();
        adjustReading();
        RouteTable.Entry entry = lane.routes().find(opening.actor());
        boolean next = entry != null && entry.route().generation() > gone.target.generation();
        if (!kept.isEmpty()) {
            comeback.want();
        } else if (next) {
            look();
        }
    }

    /** An agent that may not serve its actors any more is not theirs; there may be another. */
    private void loseFenced() {
        if (up != null && !up.target.isElsewhere() && !lane.mayServe()) {
            lose(up);
        }
    }

    private void lose(Upstream unwanted) {
        unwanted.channel.close();
        lost(unwanted);
    }

    /** Ends both sides, and tells the client why where it can still be told. On the event loop. */
    void end(Goodbye why) {
        if (over) {
            return;
        }
        boolean speaks = isAtEdge() && !actorBye && client.isActive();
        over();
        if (speaks) {
            client.write(why.frame(client.alloc()), client.voidPromise());
        }
        lane.counters().cut(why);
        Ends.closeAfterFlush(lane, client);
    }

    private void over() {
        over = true;
        lane.remove(this);
        lane.sockets().remove(opening.actor(), this);
        kept.drop();
        said.stop();
        dropPong();
        comeback.abandon();
        if (up != null) {
            Ends.closeAfterFlush(lane, up.channel);
        }
        if (pass != null) {
            lane.access().leave(pass);
            pass = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!over) {
            over();
        }
    }

    /** Who says nothing more, and said no goodbye, is gone. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            finish();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        lastRead = lane.now();
        adjustReading();
    }

    private void adjustReading() {
        Upstream from = up;
        if (over || from == null) {
            Reading.turn(client, over || !kept.isFull());
            return;
        }
        Reading.turn(client, paused ? !kept.isFull() : from.channel.isWritable());
        Reading.turn(from.channel, client.isWritable());
    }

    @Override
    public void sweep(long now) {
        comeback.sweep(now);
        loseFenced();
        Upstream to = up;
        long lastMove = to == null ? lastRead : Math.max(lastRead, to.lastRead);
        if (to != null
                && to.target.line() instanceof Line.Hop hop
                && (lane.remotes().isLost(to.target, now) || lane.pool().hops().streamIsCut(hop, lastMove))) {
            lose(to);
        } else if (limits.isIdle(now - lastMove, lane.times().idle())) {
            end(Goodbye.IDLE);
        } else if (limits.isStreamOver(now - since)) {
            end(Goodbye.STREAM_OVER);
        }
    }

    @Override
    public void drain() {
        end(Goodbye.SHUTTING_DOWN);
    }

    Channel client() {
        return client;
    }

    /** Whether it has no process now; a little old when another thread asks. */
    boolean hibernates() {
        return hibernates && up == null;
    }

    /** The connection to one process of the actor. */
    private final class Upstream extends ChannelInboundHandlerAdapter implements Frames.Sink {

        private final Channel channel;
        private final Target target;
        private final Frames frames = new Frames();
        private long lastRead = lane.now();

        Upstream(Channel channel, Target target) {
            this.channel = channel;
            this.target = target;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            lastRead = lane.now();
            loseFenced();
            if (over || !this.equals(up)) {
                ReferenceCountUtil.release(message);
                return;
            }
            frames.feed((ByteBuf) message, this);
            if (!client.isWritable()) {
                Reading.turn(channel, false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (this.equals(up)) {
                sayPong();
                client.flush();
            }
        }

        @Override
        public void part(ByteBuf bytes, boolean endsMessage) {
            target.used();
            say(bytes);
        }

        @Override
        public void control(int opcode, ByteBuf frame) {
            if (opcode != Frames.CLOSE) {
                say(frame);
                return;
            }
            int code = Frames.code(frame);
            if (hibernates && !clientBye && NO_END.contains(code)) {
                frame.release();
                lose(this);
            } else {
                say(frame);
                actorBye = true;
                if (clientBye) {
                    finish();
                }
            }
        }

        /** What comes after the last word of one of the two is none. */
        private void say(ByteBuf bytes) {
            if (over || actorBye || !this.equals(up)) {
                bytes.release();
            } else {
                client.write(bytes, client.voidPromise());
            }
        }

        @Override
        public void malformed() {
            end(Goodbye.MALFORMED_FRAMES);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            adjustReading();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            lost(this);
            frames.stop();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
