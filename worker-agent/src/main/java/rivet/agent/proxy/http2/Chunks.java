package rivet.agent.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** The body of a message without a length, as HTTP/1.1 writes it. */
final class Chunks {

    private static final int FRAMING_BYTES = 16;

    private Chunks() {}

    static ByteBuf of(ByteBufAllocator allocator, ByteBuf data) {
        ByteBuf chunk = allocator.directBuffer(data.readableBytes() + FRAMING_BYTES);
        ByteBufUtil.writeAscii(chunk, Integer.toHexString(data.readableBytes()));
        ByteBufUtil.writeAscii(chunk, "\r\n");
        chunk.writeBytes(data);
        ByteBufUtil.writeAscii(chunk, "\r\n");
        return chunk;
    }

    /** The last chunk; null where the trailers are no fields. */
    static @Nullable ByteBuf last(ByteBufAllocator allocator, @Nullable Http2Headers trailers) {
        ByteBuf last = allocator.directBuffer();
        HeadText text = new HeadText(last).put("0\r\n");
        if (trailers != null) {
            text.fields(trailers);
        }
        text.line();
        if (!text.sound()) {
            last.release();
            return null;
        }
        return last;
    }
}
