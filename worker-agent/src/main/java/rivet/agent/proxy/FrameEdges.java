package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;

/**
 * Follows what a WebSocket server says far enough to know where one frame ends and the next would begin: only there can a
 * frame of ours be put in. Reads headers, no payloads.
 */
final class FrameEdges {

    private static final int CLOSE = 8;
    private static final int SHORT_HEADER = 2;
    private static final int MASK_BYTES = 4;

    /** How many bytes of the current frame's header have passed. */
    private int passed;
    /** How many of them it has before a mask, as far as is known. */
    private int unmasked = SHORT_HEADER;

    private boolean masked;
    private int opcode;
    private long payload;
    private boolean goodbye;

    /** Looks at bytes on their way, and leaves them as they are. */
    void pass(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (inHeader()) {
                read(bytes.getUnsignedByte(at++));
            } else {
                long many = Math.min(payload, end - at);
                payload -= many;
                at += (int) many;
            }
            if (!inHeader() && payload == 0) {
                frameEnded();
            }
        }
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
