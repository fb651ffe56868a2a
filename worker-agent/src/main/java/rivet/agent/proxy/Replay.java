package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * The beginning of a body that was sent to another agent: as long as that may still say that the actor is not there, it can
 * be sent again elsewhere. What is kept are the buffers as they came.
 */
final class Replay {

    /** A longer body is not kept, and its request not repeated. */
    private static final int MOST_BYTES = 64 * 1024;

    private final List<ByteBuf> sent = new ArrayList<>();
    private int bytes;
    private boolean whole = true;

    void keep(ByteBuf part) {
        bytes += part.readableBytes();
        if (bytes > MOST_BYTES) {
            whole = false;
            drop();
        }
        if (whole) {
            sent.add(part.retainedDuplicate());
        }
    }

    /** Whether nothing was sent that is not kept. */
    boolean whole() {
        return whole;
    }

    void sendTo(ActorHandler next) {
        sent.forEach(part -> next.send(part.retainedDuplicate()));
    }

    void drop() {
        sent.forEach(ByteBuf::release);
        sent.clear();
    }
}
