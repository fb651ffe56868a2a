package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import java.util.Set;

/**
 * Follows what a WebSocket server says far enough to know where one frame ends and the next would begin: only there can a
 * frame of ours be put in. Reads headers, no payloads.
 */
final class FrameEdges {

    private static final int CLOSE = 8;
    private static final int SHORT_HEADER = 2;
    private static final int MASK_BYTES = 4;
    private static final int CODE_BYTES = 2;

    /** For programs to say what they did not hear; in a frame they are a fault (RFC 6455, 7.4.1). */
    private static final Set<Integer> NEVER_SENT = Set.of(1005, 1006, 1015);

    static final int NONE = -1;

    /** How many bytes of the current frame's header have passed. */
    private int passed;
    /** How many of them it has before a mask, as far as is known. */
    private int unmasked = SHORT_HEADER;

    private boolean masked;
    private int opcode;
    private long payload;
    private boolean goodbye;

    /**
     * Looks at bytes on their way, and leaves them as they are.
     *
     * @return where in them the server's last frame begins, if it gives a reason that no client takes, as Deno's does when it
     *     stops: a frame of ours may be put there, and nothing from there on should be passed on; else {@link #NONE}
     */
    int pass(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        int began = NONE;
        while (at < end) {
            if (inHeader()) {
                began = passed == 0 ? at : began;
                read(bytes.getUnsignedByte(at++));
                if (began != NONE && isUnspeakable(bytes, at)) {
                    passed = 0;
                    unmasked = SHORT_HEADER;
                    return began;
                }
            } else {
                long many = Math.min(payload, end - at);
                payload -= many;
                at += (int) many;
            }
            if (!inHeader() && payload == 0) {
                frameEnded();
            }
        }
        return NONE;
    }

    /** Not known of one that comes in pieces. */
    private boolean isUnspeakable(ByteBuf bytes, int at) {
        return opcode == CLOSE
                && !inHeader()
                && !masked
                && payload == CODE_BYTES
                && at + CODE_BYTES <= bytes.writerIndex()
                && NEVER_SENT.contains(bytes.getUnsignedShort(at));
    }

    private boolean inHeader() {
        return passed < unmasked + (masked ? MASK_BYTES : 0);
    }

    private void read(int next) {
        if (passed == 0) {
            opcode = next & 0x0f;
        } else if (passed == 1) {
            masked = next >= 0x80;
            int length = next & 0x7f;
            unmasked += length == 127 ? 8 : length == 126 ? 2 : 0;
            payload = length < 126 ? length : 0;
        } else if (passed < unmasked) {
            payload = payload << 8 | next;
        }
        passed++;
    }

    private void frameEnded() {
        goodbye |= opcode == CLOSE;
        passed = 0;
        unmasked = SHORT_HEADER;
        masked = false;
    }

    /** Whether a frame of ours may be put in here, and the server has not yet said its last one. */
    boolean open() {
        return passed == 0 && !goodbye;
    }
}
