package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.ResponseHead;

/** Who wants one request carried at a time: a client, or a {@link HibernatingSocket} that wants its actor back. */
sealed interface Asker permits ClientHandler, Resumption {

    /** Whether it is the proxy of another agent. */
    boolean isAgent();

    /** Whether the request was let in before, and opens again what it had opened then. */
    boolean isResumed(RequestHead head);

    String address();

    /** Whether the client came by TLS. */
    boolean secured();

    /** Of the client. */
    Channel channel();

    long lastRead();

    /** The request can take its body now, or the next one can begin. */
    void resume();

    /** A part of the answer; takes over a buffer. */
    void send(ByteBuf out);

    void flush();

    boolean drains();

    void adjustReading();

    /** Answers in the actor's place; {@link #answered} follows. @param request null where there is none */
    void answer(Problem problem, RayId ray, @Nullable RequestHead request, boolean kept);

    /** The request was answered in full; {@code more} says that the client may still be sending. */
    void answered(boolean keep, boolean more);

    /** Ends an answer that cannot be completed; {@code reset} where an orderly close would look like its end. */
    void abort(boolean reset);

    /** The actor has changed the protocol, and its connection is no exchange's any more. */
    void switched(Switched switched);

    /** The exchange is over; the connection is what the actor made of it. @return what the client has sent ahead */
    @Nullable
    ByteBuf leave();

    /**
     * A change of protocol.
     *
     * @param head of the actor's answer
     * @param in what the actor has said behind it; stays the caller's
     */
    record Switched(Exchange asked, Target served, Channel actor, ResponseHead head, ByteBuf in) {}
}
