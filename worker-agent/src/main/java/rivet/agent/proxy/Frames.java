package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what one side of a WebSocket says where its frames end (RFC 6455, 5.2). A short frame is handed on whole or not at all, so
 * that its sender's end in the middle of it is noticed by nobody; a long one as it comes. Reads headers and no payloads.
 */
final class Frames {

    /** A longer frame is not waited for. */
    static final int SHORT = 4096;

    private static final int FIRST_HEADER_BYTES = 2;
    private static final int MASK_BYTES = 4;
    private static final int LONGEST_CONTROL = 125;
    private static final int CODE_BYTES = 2;
    private static final int USUAL_BYTES = 64;

    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    private static final int LAST_FRAME = 0x80;

    /** What becomes of them. */
    interface Sink {

        /** Part of a message, taken over. Between two parts of one frame comes nothing else. */
        void part(ByteBuf bytes, boolean endsMessage);

        /** A whole frame of no message, taken over. @param opcode such as {@link #PING} */
        void control(int opcode, ByteBuf frame);

        /** Nothing more is handed on. */
        void malformed();
    }

    /** The beginning of a frame that is not handed on yet. */
    private @Nullable ByteBuf begun;
    /** What is to come of a long frame's payload. */
    private long owed;

    private boolean owedIsLast;
    private boolean inMessage;
    /** Nothing more is handed on. */
    private boolean stopped;

    /** Takes over what came. */
    void feed(ByteBuf in, Sink sink) {
        try {
            while (in.isReadable() && !stopped) {
                if (owed > 0) {
                    pass(in, sink);
                } else if (begun == null && in.readableBytes() >= wanted(in)) {
                    act(in.readRetainedSlice(wanted(in)), sink);
                } else {
                    gather(in, sink);
                }
            }
        } finally {
            in.release();
        }
    }

    private void pass(ByteBuf in, Sink sink) {
        int many = (int) Math.min(owed, in.readableBytes());
        owed -= many;
        boolean ends = owed == 0 && owedIsLast;
        inMessage = !ends;
        sink.part(in.readRetainedSlice(many), ends);
    }

    private void gather(ByteBuf in, Sink sink) {
        ByteBuf gathered = begun;
        if (gathered == null) {
            gathered = in.alloc().buffer(USUAL_BYTES);
            begun = gathered;
        }
        int missing = wanted(gathered) - gathered.readableBytes();
        gathered.writeBytes(in, Math.min(missing, in.readableBytes()));
        if (gathered.readableBytes() >= wanted(gathered)) {
            begun = null;
            act(gathered, sink);
        }
    }

    /** How many bytes of a frame that begins here must be there before anything is done: of one that is not short its header. */
    private static int wanted(ByteBuf frame) {
        int header = header(frame);
        if (frame.readableBytes() < header) {
            return header;
        }
        long payload = payload(frame);
        return payload >= 0 && payload <= SHORT ? header + (int) payload : header;
    }

    private static int header(ByteBuf frame) {
        if (frame.readableBytes() < FIRST_HEADER_BYTES) {
            return FIRST_HEADER_BYTES;
        }
        int length = lengthByte(frame) & 0x7f;
        int mask = isMasked(frame) ? MASK_BYTES : 0;
        return FIRST_HEADER_BYTES + mask + (length == 127 ? Long.BYTES : length == 126 ? Short.BYTES : 0);
    }

    private static int lengthByte(ByteBuf frame) {
        return frame.getUnsignedByte(frame.readerIndex() + 1);
    }

    private static boolean isMasked(ByteBuf frame) {
        return lengthByte(frame) >= 0x80;
    }

    private static long payload(ByteBuf frame) {
        int length = lengthByte(frame) & 0x7f;
        int at = frame.readerIndex() + FIRST_HEADER_BYTES;
        return length == 127 ? frame.getLong(at) : length == 126 ? frame.getUnsignedShort(at) : length;
    }

    private void act(ByteBuf frame, Sink sink) {
        int first = frame.getUnsignedByte(frame.readerIndex());
        boolean last = first >= LAST_FRAME;
        int opcode = first & 0x0f;
        long payload = payload(frame);
        if (payload < 0 || (opcode >= CLOSE && (!last || payload > LONGEST_CONTROL))) {
            stopped = true;
            frame.release();
            sink.malformed();
        } else if (opcode >= CLOSE) {
            sink.control(opcode, frame);
        } else if (payload > SHORT) {
            owed = payload;
            owedIsLast = last;
            inMessage = true;
            sink.part(frame, false);
        } else {
            inMessage = !last;
            sink.part(frame, last);
        }
    }

    /** Whether what was handed on ends where a frame does, and one of ours may follow. */
    boolean atEdge() {
        return owed == 0;
    }

    /** Whether what was handed on ends within a message. */
    boolean inMessage() {
        return inMessage;
    }

    /** Nobody listens any more. */
    void stop() {
        stopped = true;
        if (begun != null) {
            begun.release();
            begun = null;
        }
    }

    /** A server's frame with the payload of a client's control frame, as an answer to it has. Releases the client's. */
    static ByteBuf answer(int opcode, ByteBuf asked) {
        int length = lengthByte(asked) & 0x7f;
        int from = asked.readerIndex() + header(asked);
        ByteBuf answer = asked.alloc().buffer(FIRST_HEADER_BYTES + length);
        answer.writeByte(LAST_FRAME | opcode).writeByte(length);
        for (int i = 0; i < length; i++) {
            int mask = isMasked(asked) ? asked.getByte(from - MASK_BYTES + i % MASK_BYTES) : 0;
            answer.writeByte(asked.getByte(from + i) ^ mask);
        }
        asked.release();
        return answer;
    }

    /** The reason that a server's close frame gives, or -1. */
    static int code(ByteBuf close) {
        boolean given = !isMasked(close) && (lengthByte(close) & 0x7f) >= CODE_BYTES;
        return given ? close.getUnsignedShort(close.readerIndex() + FIRST_HEADER_BYTES) : -1;
    }
}
