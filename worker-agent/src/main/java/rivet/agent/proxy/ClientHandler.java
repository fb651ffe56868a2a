package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.http.HeadLimits;
import rivet.agent.proxy.http.HeadParser;
import rivet.agent.proxy.http.HeadParser.Progress;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.ResponseWriter;
import rivet.agent.proxy.http.ResponseWriter.Afterwards;
import rivet.agent.proxy.tls.Tls;

/**
 * One client's connection: reads one request after the other. While a request is not answered, what follows it stays
 * unread, so pipelining costs the client its own patience and us nothing.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class ClientHandler extends ChannelInboundHandlerAdapter implements Lane.Swept, Asker {

    private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

    private final Lane lane;
    private final HeadParser<RequestHead> parser;
    private final Channel channel;
    private final String address;
    private final boolean secured;
    private final boolean agent;
    private @Nullable Exchange exchange;
    /** Came before it could be used. */
    private @Nullable ByteBuf stash;

    private boolean begunBefore;
    private boolean consuming;
    private boolean closing;
    /** Since when there is nothing but waiting for a request, or for the rest of its head. */
    private long waitingSince;

    private long lastRead;
    private long unwritableSince;

    private ClientHandler(Lane lane, Channel channel, boolean agent) {
        this.lane = lane;
        this.channel = channel;
        this.agent = agent;
        HeadLimits limits = lane.settings().limits().head();
        this.parser = new HeadParser<>(new RequestHead(), agent ? HopFields.withRoom(limits) : limits);
        this.address = address(channel.remoteAddress());
        this.secured = Tls.on(channel);
        this.waitingSince = System.nanoTime();
        lane.add(this);
    }

    static ClientHandler ofWorld(Lane lane, Channel channel) {
        return new ClientHandler(lane, channel, false);
    }

    /** Of another agent's proxy, which has proved to be one. */
    static ClientHandler ofAgent(Lane lane, Channel channel) {
        return new ClientHandler(lane, channel, true);
    }

    private static String address(SocketAddress remote) {
        return remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "unknown";
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastRead = lane.now();
        ByteBuf in = (ByteBuf) message;
        if (stash != null) {
            stash(in);
        } else {
            consume(in);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushOnward();
    }

    private void consume(ByteBuf in) {
        consuming = true;
        try {
            while (in.isReadable() && !closing) {
                if (exchange == null) {
                    head(in);
                } else if (exchange.receiving()) {
                    exchange.receive(in);
                } else {
                    stash(in.retain());
                    break;
                }
            }
        } finally {
            in.release();
            consuming = false;
        }
        adjustReading();
    }

    private void head(ByteBuf in) {
        if (!parser.begun()) {
            waitingSince = lane.now();
        }
        Progress progress = parser.feed(in);
        switch (progress) {
            case MORE -> {}
            case REFUSED -> refuse(Problem.of(parser.refusal()));
            case DONE -> begin(in);
        }
    }

    private void begin(ByteBuf in) {
        if (parser.head().preface()) {
            changeToHttp2(in);
            return;
        }
        exchange = begun(parser.head());
        lane.began();
        exchange.start();
        begunBefore = true;
    }

    private Exchange begun(RequestHead head) {
        return agent
                ? new Exchange(this, lane, head, HopFields.ray(head), HopFields.door(head))
                : new Exchange(this, lane, head, RayId.next(), door(head));
    }

    private @Nullable Door door(RequestHead head) {
        RouteDoor route = lane.customRoutes().find(head);
        return route != null ? route : Destination.of(head, lane.settings().baseDomain());
    }

    private void changeToHttp2(ByteBuf in) {
        if (begunBefore) {
            refuse(Problem.MALFORMED_PREFACE);
            return;
        }
        closing = true;
        lane.remove(this);
        channel.pipeline().remove(this);
        MultiplexedClient.serve(lane, channel, agent, in.readRetainedSlice(in.readableBytes()));
    }

    private void stash(ByteBuf in) {
        ByteBuf earlier = stash;
        if (earlier == null) {
            stash = in;
        } else {
            // Reading is off already; this is what the kernel still held when the client hung up.
            stash = channel.alloc()
                    .buffer(earlier.readableBytes() + in.readableBytes())
                    .writeBytes(earlier)
                    .writeBytes(in);
            earlier.release();
            in.release();
        }
    }

    /** The request can take its body now, or the next one can begin. */
    @Override
    public void resume() {
        if (consuming || closing) {
            return;
        }
        ByteBuf in = stash;
        stash = null;
        if (in != null) {
            consume(in);
        }
        adjustReading();
        flushOnward();
    }

    private void flushOnward() {
        if (exchange != null) {
            exchange.flush();
        }
    }

    /** Reads on unless something waits already, or the actor is slower than the client. */
    @Override
    public void adjustReading() {
        if (!closing) {
            Reading.turn(channel, stash == null && (exchange == null || exchange.hasRoom()));
        }
    }

    /** Takes over a buffer. */
    @Override
    public void send(ByteBuf out) {
        channel.write(out, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    private boolean writable() {
        return channel.isWritable();
    }

    @Override
    public boolean drains() {
        return Reading.drains(channel);
    }

    /** The request was answered in full; {@code more} says that the client may still be sending. */
    @Override
    public void answered(boolean keep, boolean more) {
        exchange = null;
        lane.ended();
        if (!keep) {
            close(more || stash != null);
            return;
        }
        parser.reset();
        waitingSince = lane.now();
        resume();
    }

    /** Answers in the actor's place. @param request null where there is none */
    @Override
    public void answer(Problem problem, RayId ray, @Nullable RequestHead request, boolean kept) {
        send(
                agent
                        ? ProblemAnswer.toAgent(channel.alloc(), problem, ray, request, kept)
                        : ProblemAnswer.of(channel.alloc(), problem, ray, request, kept));
    }

    /** Answers what is no request, or none that we listen to. */
    private void refuse(Problem problem) {
        lane.counters().refused(problem);
        answer(problem, RayId.next(), null, false);
        close(true);
    }

    void refuseOverload() {
        refuse(Problem.OVERLOADED);
    }

    private void close(boolean more) {
        closing = true;
        dropStash();
        lane.remove(this);
        Farewell farewell = new Farewell(lane, channel);
        channel.pipeline().replace(this, null, farewell);
        farewell.begin(more);
    }

    /** Ends an answer that cannot be completed; {@code reset} where an orderly close would look like its end. */
    @Override
    public void abort(boolean reset) {
        exchange = null;
        lane.ended();
        closing = true;
        if (reset) {
            Ends.reset(channel);
        } else {
            Ends.breakOff(channel);
        }
    }

    @Override
    public boolean isResumed(RequestHead head) {
        return agent && HopFields.isResumed(head);
    }

    @Override
    public void switched(Switched to) {
        if (HibernatingSocket.isOne(to)) {
            HibernatingSocket.open(lane, this, to);
            return;
        }
        ResponseWriter.write(
                lane.writer(), to.head(), Afterwards.KEPT, to.asked().ray());
        FrameEdges edges = to.asked().head().asksForWebSocket() ? new FrameEdges() : null;
        if (edges != null) {
            edges.pass(to.in());
        }
        int many = to.in().readableBytes();
        send(lane.writer().toBuffer(channel.alloc(), many).writeBytes(to.in()));
        ByteBuf ahead = to.asked().upgraded(to.head().status());
        Tunnel.join(lane, to.served(), channel, to.actor(), ahead, edges);
    }

    /** Hands the connection over to a tunnel, with what the client sent ahead. */
    @Override
    public @Nullable ByteBuf leave() {
        closing = true;
        exchange = null;
        lane.ended();
        lane.remove(this);
        ByteBuf ahead = stash;
        stash = null;
        return ahead;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        unwritableSince = lane.now();
        if (exchange != null) {
            exchange.clientWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        lane.remove(this);
        dropStash();
        if (exchange != null) {
            Exchange abandoned = exchange;
            exchange = null;
            abandoned.abandon();
            lane.ended();
        }
    }

    private void dropStash() {
        if (stash != null) {
            stash.release();
            stash = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.atWarn().setCause(cause).log("a client's connection failed unexpectedly");
        }
        ctx.close();
    }

    @Override
    public void sweep(long now) {
        if (exchange != null) {
            boolean stuck =
                    !writable() && now - unwritableSince > lane.times().stall().toNanos();
            if (stuck) {
                channel.close();
            } else {
                exchange.sweep(now);
            }
        } else if (parser.begun()) {
            if (now - waitingSince > lane.times().header().toNanos()) {
                refuse(Problem.HEAD_TIMEOUT);
            }
        } else if (now - waitingSince > lane.times().keepAlive().toNanos()) {
            channel.close();
        }
    }

    @Override
    public void drain() {
        if (exchange != null) {
            exchange.drain();
        } else {
            close(false);
        }
    }

    @Override
    public String address() {
        return address;
    }

    /** Whether it is the proxy of another agent. */
    @Override
    public boolean isAgent() {
        return agent;
    }

    /** Whether the client came by TLS. */
    @Override
    public boolean secured() {
        return secured;
    }

    @Override
    public long lastRead() {
        return lastRead;
    }

    @Override
    public Channel channel() {
        return channel;
    }
}
