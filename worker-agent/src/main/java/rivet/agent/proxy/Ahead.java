package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundInvoker;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a client has sent while nobody could take it: little, because it is not read then. Of one event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write shows as an inactive channel
final class Ahead {

    private final Deque<ByteBuf> parts = new ArrayDeque<>();
    private boolean finished;

    void add(ByteBuf part) {
        parts.add(part);
    }

    /** Nothing more will come. */
    void finish() {
        finished = true;
    }

    boolean finished() {
        return finished;
    }

    void sendTo(Channel channel) {
        while (!parts.isEmpty()) {
            channel.write(parts.poll(), channel.voidPromise());
        }
        channel.flush();
    }

    /** As if it came now. */
    void readBy(ChannelInboundInvoker reader) {
        while (!parts.isEmpty()) {
            reader.fireChannelRead(parts.poll());
        }
        reader.fireChannelReadComplete();
    }

    void drop() {
        while (!parts.isEmpty()) {
            parts.poll().release();
        }
    }
}
