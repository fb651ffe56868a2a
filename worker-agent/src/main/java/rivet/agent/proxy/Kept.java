package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** The messages of a client that its actor was not given in full. Of one event loop. */
final class Kept {

    /** Beyond it a client is not read, and a longer message that is cut cannot be told again. */
    static final int MOST_BYTES = 256 * 1024;

    /** So that many small messages are not more than they seem. */
    private static final int OF_EACH = 128;

    /** Of one message, or its end. */
    record Part(ByteBuf bytes, boolean last) {

        private int cost() {
            return bytes.readableBytes() + OF_EACH;
        }
    }

    private final Deque<Part> parts = new ArrayDeque<>();
    private int cost;
    /** How many parts of the first message were handed over, and what they cost. */
    private int sent;

    private int sentCost;
    /** The beginning of the first message was handed over and is not here any more. */
    private boolean beheaded;

    /** Takes over a buffer. */
    Part add(ByteBuf bytes, boolean last) {
        Part part = new Part(bytes, last);
        parts.add(part);
        cost += part.cost();
        return part;
    }

    /** The oldest that was not handed over has been now. */
    void sent(Part part) {
        sent++;
        sentCost += part.cost();
        if (part.last()) {
            dropSent();
            beheaded = false;
        } else if (sentCost > MOST_BYTES) {
            dropSent();
            beheaded = true;
        }
    }

    private void dropSent() {
        for (; sent > 0; sent--) {
            parts.remove().bytes().release();
        }
        cost -= sentCost;
        sentCost = 0;
    }

    /** What was handed over in part is to be told again from its beginning. @return whether that is here */
    boolean rewind() {
        sent = 0;
        sentCost = 0;
        return !beheaded;
    }

    void forEach(Consumer<Part> each) {
        parts.forEach(each);
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    boolean isFull() {
        return cost > MOST_BYTES;
    }

    void drop() {
        parts.forEach(part -> part.bytes().release());
        parts.clear();
        cost = 0;
        rewind();
    }
}
