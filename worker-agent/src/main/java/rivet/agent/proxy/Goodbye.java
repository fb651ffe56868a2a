package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import java.util.Locale;

/** Why we end a WebSocket, as its client is told in a close frame (RFC 6455, 5.5.1 and 7.4). */
enum Goodbye {
    /** The actor is gone or going: restarted, upgraded, moved or destroyed. A client may connect again. */
    ACTOR_ENDED(1012),
    /** This agent may not serve its actors any more. */
    LEASE_LOST(1012),
    /** The agent stops; its actors may go on without it. */
    SHUTTING_DOWN(1012),
    IDLE(1001),
    /** It has lasted for as long as any may. */
    LIFETIME(1001),
    /** It has lasted as long as its port allows. A client may connect again. */
    STREAM_OVER(1001),
    CONNECTION_REVOKED(1008),
    /** What it was opened with lets nobody in any more. */
    ACCESS_OVER(1008),
    /** Its actor was destroyed, while it hibernated. */
    ACTOR_DESTROYED(1001),
    /** It hibernated, and its actor could not be had back in time. A client may connect again later. */
    ACTOR_NOT_BACK(1013),
    /** It hibernated, and its actor's new process opened no WebSocket, or one of another protocol. */
    NOT_RESUMED(1011),
    /** A message of one side was cut by the end of the actor's process, and cannot be mended. A client may connect again. */
    MESSAGE_CUT(1012),
    /** What came are no frames. */
    MALFORMED_FRAMES(1002);

    private static final int LAST_FRAME_CLOSE = 0x88;
    private static final int CODE_BYTES = 2;

    private final int code;

    Goodbye(int code) {
        this.code = code;
    }

    ByteBuf frame(ByteBufAllocator alloc) {
        var reason = name().toLowerCase(Locale.ROOT);
        ByteBuf frame = alloc.buffer(2 + CODE_BYTES + reason.length());
        frame.writeByte(LAST_FRAME_CLOSE)
                .writeByte(CODE_BYTES + reason.length())
                .writeShort(code);
        ByteBufUtil.writeAscii(frame, reason);
        return frame;
    }

    /** Ends what a client's connection carries: a changed protocol's with this word, anything else's without. Thread-safe. */
    @SuppressWarnings("FutureReturnValueIgnored") // a failed close shows as an inactive channel
    void say(Channel client) {
        client.eventLoop().execute(() -> {
            Tunnel tunnel = client.pipeline().get(Tunnel.class);
            HibernatingSocket socket = client.pipeline().get(HibernatingSocket.class);
            if (tunnel != null) {
                tunnel.end(this);
            } else if (socket != null) {
                socket.end(this);
            } else {
                client.close();
            }
        });
    }
}
