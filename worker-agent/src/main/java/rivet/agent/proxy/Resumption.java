package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.HeadLimits;
import rivet.agent.proxy.http.HeadParser;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.ResponseHead;
import rivet.protocol.ActorId;

/**
 * One try to open a WebSocket to its actor's next process, by the request that opened it to the first: on the way of every
 * request, so that it wakes the actor, waits for it and finds it as they do. Tells the comeback that it belongs to how it ended, once.
 */
final class Resumption implements Asker {

    /**
     * The request that opened a WebSocket, as far as it takes to ask for it again.
     *
     * @param head as it came
     * @param targetFrom as {@link Door#targetFrom} @param prefixFrom likewise
     * @param ray of the request, by which the actor knows the connection
     * @param port of the actor that answered, whatever led to it
     * @param protocol that was agreed on; null where none was
     */
    record Opening(
            String head,
            int targetFrom,
            int prefixFrom,
            RayId ray,
            String address,
            boolean secured,
            ActorId actor,
            String port,
            @Nullable String protocol) {

        static Opening of(Asker client, Switched to, String port) {
            RequestHead head = to.asked().head();
            return new Opening(
                    new String(head.bytes(), 0, head.length(), StandardCharsets.ISO_8859_1),
                    to.asked().targetFrom(),
                    to.asked().prefixFrom(),
                    to.asked().ray(),
                    client.address(),
                    client.secured(),
                    to.served().actor(),
                    port,
                    protocol(to.head()));
        }

        private static @Nullable String protocol(ResponseHead head) {
            int field = head.field("sec-websocket-protocol");
            return field < 0 ? null : head.value(field);
        }

        boolean agreesWith(ResponseHead answer) {
            String now = protocol(answer);
            return protocol == null ? now == null : protocol.equals(now);
        }

        /** As it was when it was accepted. */
        RequestHead parsed(HeadLimits limits) {
            HeadParser<RequestHead> parser = new HeadParser<>(new RequestHead(), limits);
            var _ = parser.feed(Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1));
            return parser.head();
        }
    }

    private final Lane lane;
    private final Comeback comeback;
    private final Opening opening;
    private final long begun;
    private @Nullable Exchange exchange;
    private @Nullable Problem problem;
    /** In another way than by opening a socket, and that may take long. */
    private boolean answering;

    Resumption(Lane lane, Comeback comeback, Opening opening) {
        this.lane = lane;
        this.comeback = comeback;
        this.opening = opening;
        this.begun = lane.now();
    }

    void start() {
        Destination door = new Destination(opening.actor(), opening.port(), opening.targetFrom(), opening.prefixFrom());
        Exchange begins =
                new Exchange(this, lane, opening.parsed(lane.settings().limits().head()), opening.ray(), door);
        exchange = begins;
        lane.began();
        begins.start();
    }

    /** Nobody wants it any more. */
    void abandon() {
        Exchange abandoned = exchange;
        if (abandoned != null) {
            over();
            abandoned.abandon();
        }
    }

    private void over() {
        exchange = null;
        lane.ended();
    }

    void sweep(long now) {
        if (exchange != null && answering) {
            abandon();
            comeback.refused();
        } else if (exchange != null) {
            exchange.sweep(now);
        }
    }

    @Override
    public void switched(Switched to) {
        over();
        comeback.resumed(to);
    }

    @Override
    public void answer(Problem why, RayId ray, @Nullable RequestHead request, boolean kept) {
        problem = why;
    }

    @Override
    public void answered(boolean keep, boolean more) {
        over();
        if (problem == null) {
            comeback.refused();
        } else {
            comeback.unreached(problem);
        }
    }

    @Override
    public void abort(boolean reset) {
        over();
        comeback.refused();
    }

    @Override
    public @Nullable ByteBuf leave() {
        return null;
    }

    @Override
    public boolean isAgent() {
        return false;
    }

    @Override
    public boolean isResumed(RequestHead head) {
        return true;
    }

    @Override
    public String address() {
        return opening.address();
    }

    @Override
    public boolean secured() {
        return opening.secured();
    }

    @Override
    public Channel channel() {
        return comeback.client();
    }

    @Override
    public long lastRead() {
        return begun;
    }

    /** There is no body: the request can go. */
    @Override
    public void resume() {
        if (exchange != null) {
            exchange.flush();
        }
    }

    /** The client had its answer when it opened the socket. */
    @Override
    public void send(ByteBuf out) {
        out.release();
        answering = true;
    }

    @Override
    public void flush() {
        // nothing was written
    }

    @Override
    public boolean drains() {
        return true;
    }

    @Override
    public void adjustReading() {
        // the socket decides when its client is read
    }
}
