package rivet.agent.proxy.http;

import io.netty.buffer.ByteBuf;

/** Keeps account of where the body of one message ends. Moves no bytes and copies none. */
public abstract sealed class Body permits ChunkedBody, Body.Length, Body.UntilClose {

    /** What {@link #take} answers to bytes that no body of this kind may hold. */
    public static final int BROKEN = -1;

    static Body none() {
        return new Length(0);
    }

    static Body ofLength(long bytes) {
        return new Length(bytes);
    }

    /** An answer that ends when its connection does. */
    static Body untilClose() {
        return new UntilClose();
    }

    /** Whether only the end of the connection ends it. */
    public final boolean endsWithConnection() {
        return this instanceof UntilClose;
    }

    /** How many of the readable bytes belong to this body. They count as seen; the reader index stays. */
    public abstract int take(ByteBuf in);

    public abstract boolean done();

    /** How many bytes of data have been seen, without what frames them. */
    public abstract long bytes();

    /**
     * For who wants the data alone: skips what frames it and tells how many of the bytes that are readable then are
     * data; 0 where more must come, or nothing more will. They count as seen; the reader index stays before them.
     */
    public int nextData(ByteBuf in) {
        return take(in);
    }

    /** The lines behind the last chunk, once that was read by {@link #nextData}. */
    public String trailers() {
        return "";
    }

    static final class Length extends Body {

        private final long all;
        private long left;

        private Length(long bytes) {
            all = bytes;
            left = bytes;
        }

        @Override
        public long bytes() {
            return all - left;
        }

        @Override
        public int take(ByteBuf in) {
            int taken = (int) Math.min(left, in.readableBytes());
            left -= taken;
            return taken;
        }

        @Override
        public boolean done() {
            return left == 0;
        }
    }

    static final class UntilClose extends Body {

        private long bytes;

        @Override
        public int take(ByteBuf in) {
            bytes += in.readableBytes();
            return in.readableBytes();
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public boolean done() {
            return false;
        }
    }
}
