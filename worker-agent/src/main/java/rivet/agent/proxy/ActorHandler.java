package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.http.Body;
import rivet.agent.proxy.http.HeadParser;
import rivet.agent.proxy.http.ResponseHead;
import rivet.agent.proxy.http.ResponseWriter;
import rivet.agent.proxy.http.ResponseWriter.Afterwards;

/**
 * One connection to an actor: serves one exchange after the other, never two at once. After anything odd it is closed
 * and not used again, because what else comes on it could be taken for the answer to somebody else.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class ActorHandler extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(ActorHandler.class);

    /** An answer's beginning up to this size is copied behind its head: cheaper than a second buffer to write. */
    private static final int COPIED_BYTES = 4096;

    /** More would be a way to keep a client busy without ever answering. */
    private static final int MAX_INFORMATIONAL = 32;

    private final Lane lane;
    private final Channel channel;
    private final HeadParser<ResponseHead> parser;
    private @Nullable Target target;
    private @Nullable Exchange exchange;
    private @Nullable Asker client;
    /** Of the answer under way; none before its head is read. */
    private @Nullable Body body;

    private boolean broken;
    private int informational;
    /** Waits for a request, and we have not closed it. */
    private boolean resting;

    private boolean restedBefore;
    private long restingSince;
    private long lastMove;

    ActorHandler(Lane lane, Channel channel) {
        this.lane = lane;
        this.channel = channel;
        this.parser =
                new HeadParser<>(new ResponseHead(), lane.settings().limits().head());
    }

    void begin(Exchange with, Asker of, Target to) {
        resting = false;
        target = to;
        exchange = with;
        client = of;
        informational = 0;
        lastMove = lane.now();
        adjustReading();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastMove = lane.now();
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && exchange != null && client != null && !isAnswered()) {
                if (body == null) {
                    head(in, exchange, client);
                } else {
                    relay(in, exchange, client, body);
                }
            }
            if (in.isReadable()) {
                close(); // it spoke without being asked, or went on after its answer
            }
        } finally {
            in.release();
        }
        adjustReading();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (client != null) {
            client.flush();
        }
    }

    private void head(ByteBuf in, Exchange asked, Asker to) {
        switch (parser.feed(in)) {
            case MORE -> {}
            case REFUSED -> asked.fail(Problem.BAD_RESPONSE);
            case DONE -> {
                ResponseHead head = parser.head();
                if (head.switching()) {
                    change(in, asked, to, head);
                } else if (head.informational()) {
                    inform(asked, to, head);
                } else {
                    answer(in, asked, to, head);
                }
            }
        }
    }

    private void inform(Exchange asked, Asker to, ResponseHead head) {
        if (++informational > MAX_INFORMATIONAL) {
            asked.fail(Problem.BAD_RESPONSE);
            return;
        }
        if (!asked.head().http10()) {
            ResponseWriter.write(lane.writer(), head, Afterwards.KEPT, asked.ray());
            to.send(lane.writer().toBuffer(channel.alloc(), 0));
        }
        parser.reset();
    }

    private void answer(ByteBuf in, Exchange asked, Asker to, ResponseHead head) {
        String cause = target != null && target.isElsewhere() ? HopFields.cause(head) : null;
        if (Problem.STALE_ROUTE.code().equals(cause)) {
            Body said = head.body(asked.head().method());
            in.skipBytes(Math.max(0, said.take(in)));
            asked.staleRoute(said.done() && head.persistent() && !in.isReadable());
            return;
        }
        if (Problem.ACTOR_CLOSED.code().equals(cause) && informational == 0 && asked.actorClosedThere()) {
            return;
        }
        Body coming = head.body(asked.head().method());
        int many = coming.take(in);
        boolean unreadable = head.chunked() && asked.head().http10();
        if (many == Body.BROKEN || unreadable) {
            asked.fail(Problem.BAD_RESPONSE);
            return;
        }
        body = coming;
        if (head.eventStream()) {
            asked.streams();
        }
        ResponseWriter.write(
                lane.writer(),
                head,
                asked.answering(head.status(), cause, coming.endsWithConnection(), head.persistent()),
                asked.ray());
        if (many <= COPIED_BYTES) {
            ByteBuf out = lane.writer().toBuffer(channel.alloc(), many);
            in.readBytes(out, many);
            to.send(out);
        } else {
            to.send(lane.writer().toBuffer(channel.alloc(), 0));
            to.send(in.readRetainedSlice(many));
        }
        if (coming.done()) {
            asked.answered(head.persistent() && !in.isReadable());
        }
    }

    /** Of the answer's body, so far. */
    long answerBytes() {
        return body == null ? 0 : body.bytes();
    }

    /** In full, while the rest of the request still comes. */
    private boolean isAnswered() {
        return body != null && body.done();
    }

    private void relay(ByteBuf in, Exchange asked, Asker to, Body coming) {
        int many = coming.take(in);
        if (many == Body.BROKEN) {
            asked.fail(Problem.BAD_RESPONSE);
            return;
        }
        to.send(in.readRetainedSlice(many));
        if (coming.done()) {
            asked.answered(parser.head().persistent() && !in.isReadable());
        }
    }

    private void change(ByteBuf in, Exchange asked, Asker to, ResponseHead head) {
        Target served = target;
        if (served == null || !asked.head().upgrade() || !head.namesProtocol() || !asked.requestComplete()) {
            asked.fail(Problem.BAD_RESPONSE);
            return;
        }
        exchange = null;
        client = null;
        to.switched(new Asker.Switched(asked, served, channel, head, in));
    }

    /** The exchange is over; the connection may serve another, or is closed. */
    void end(boolean reusable) {
        exchange = null;
        client = null;
        body = null;
        parser.reset();
        if (reusable && target != null && alive()) {
            adjustReading();
            lane.pool().give(target, this);
        } else {
            close();
        }
    }

    void rest(long now) {
        resting = true;
        restedBefore = true;
        restingSince = now;
    }

    boolean tired(long now, long keepNanos) {
        return !alive() || now - restingSince > keepNanos;
    }

    boolean alive() {
        return channel.isActive();
    }

    /** Asks the kernel, which may know of an end that has not been read yet. */
    boolean openAtBothEnds() {
        return alive() && lane.settings().transport().isEstablished(channel);
    }

    /** Takes over a buffer. A write that fails is noticed by the reading side, after what the actor still had to say. */
    void send(ByteBuf out) {
        channel.write(out);
    }

    void flush() {
        channel.flush();
    }

    boolean writable() {
        return channel.isWritable();
    }

    boolean drains() {
        return Reading.drains(channel);
    }

    void adjustReading() {
        Reading.turn(channel, client == null || client.drains());
    }

    long lastMove() {
        return lastMove;
    }

    void close() {
        resting = false;
        channel.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (client != null) {
            client.adjustReading();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Exchange interrupted = exchange;
        if (interrupted == null) {
            if (resting && target != null) {
                target.line().closedUnasked();
            }
            return;
        }
        if (isAnswered()) {
            interrupted.forgoRemainder();
        } else if (body != null && body.endsWithConnection() && !broken) {
            interrupted.answered(false);
        } else if (body == null) {
            boolean silently = !parser.begun() && informational == 0;
            if (silently && restedBefore && target != null) {
                target.line().closedUnasked();
            }
            exchange = null;
            client = null;
            interrupted.actorClosed(silently);
        } else {
            interrupted.fail(Problem.ACTOR_CLOSED);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broken = true;
        if (!(cause instanceof IOException)) {
            log.atWarn().setCause(cause).log("a connection to an actor failed unexpectedly");
        }
        ctx.close();
    }
}
