package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A client of HTTP/2 whose frames the test writes and reads one by one, the forbidden ones too. */
final class Http2Connection implements Closeable {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 0x20;

    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    /**
     * One frame.
     *
     * @param text the payload, a character for each byte
     * @param headers of a HEADERS, else empty
     */
    record Frame(int type, int flags, int stream, String text, Http2Headers headers) {

        boolean endsStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** Of a RST_STREAM or a GOAWAY. */
        int errorCode() {
            ByteBuf in = payload();
            return (int) (type == GOAWAY ? in.getUnsignedInt(4) : in.getUnsignedInt(0));
        }

        ByteBuf payload() {
            return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        int length() {
            return text.length();
        }

        @Override
        public String toString() {
            return "frame of type %d, flags %d, stream %d, %d bytes".formatted(type, flags, stream, length());
        }
    }

    private final RawConnection raw;
    private final DataInputStream in;
    private final List<Frame> kept = new ArrayList<>();
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

    private Http2Connection(RawConnection raw) {
        this.raw = raw;
        this.in = new DataInputStream(raw.in());
    }

    /** Nothing has been sent. */
    static Http2Connection silent(ProxyUnderTest proxy) throws IOException {
        return new Http2Connection(proxy.connect());
    }

    /** Preface and settings are exchanged. */
    static Http2Connection to(ProxyUnderTest proxy) throws IOException {
        Http2Connection connection = silent(proxy);
        connection.raw.send(PREFACE);
        connection.frame(SETTINGS, 0, 0);
        connection.await(frame -> frame.type() == SETTINGS && frame.flags() == 0);
        connection.frame(SETTINGS, ACK, 0);
        connection.await(frame -> frame.type() == SETTINGS && frame.flags() == ACK);
        return connection;
    }

    RawConnection raw() {
        return raw;
    }

    Http2Connection frame(int type, int flags, int stream, byte... payload) throws IOException {
        return frameOfLength(payload.length, type, flags, stream, payload);
    }

    /** The length may be a lie. */
    Http2Connection frameOfLength(int length, int type, int flags, int stream, byte... payload) throws IOException {
        ByteBuf out = Unpooled.buffer();
        out.writeMedium(length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(stream)
                .writeBytes(payload);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        raw.send(bytes);
        return this;
    }

    Http2Connection data(int stream, String text, boolean last) throws IOException {
        return frame(DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Fields in the order given, name after value after name. */
    static Http2Headers fields(String... namesAndValues) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    /** A GET, or what {@code more} makes of it. */
    static Http2Headers get(String path, String... more) {
        return fields(":method", "GET", ":scheme", "http", ":path", path, ":authority", "localhost")
                .add(fields(more));
    }

    static Http2Headers post(String path, String... more) {
        return get(path, more).set(":method", "POST");
    }

    byte[] block(Http2Headers headers) {
        ByteBuf out = Unpooled.buffer();
        try {
            encoder.encodeHeaders(3, headers, out);
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /** The fields in exactly this order, each as a literal that is not kept, whatever they are. */
    static byte[] literal(String... namesAndValues) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            out.write(0);
            string(out, namesAndValues[i]);
            string(out, namesAndValues[i + 1]);
        }
        return out.toByteArray();
    }

    private static void string(ByteArrayOutputStream out, String text) {
        if (text.length() > 126) {
            out.write(127);
            int left = text.length() - 127;
            for (; left > 127; left >>= 7) {
                out.write((left & 127) | 128);
            }
            out.write(left);
        } else {
            out.write(text.length());
        }
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Http2Connection request(int stream, Http2Headers headers, boolean last) throws IOException {
        return frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(headers));
    }

    private Frame read() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        Http2Headers headers = type == HEADERS ? decoded(stream, payload) : new DefaultHttp2Headers();
        return new Frame(type, flags, stream, new String(payload, StandardCharsets.ISO_8859_1), headers);
    }

    /** Each block changes what the next one means, so all are read in their order. */
    private Http2Headers decoded(int stream, byte[] block) throws IOException {
        try {
            return decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** The first such frame that was not given out before; what else comes is kept. */
    Frame await(Predicate<Frame> wanted) throws IOException {
        for (Frame frame : kept) {
            if (wanted.test(frame)) {
                kept.remove(frame);
                return frame;
            }
        }
        while (true) {
            Frame frame = read();
            if (wanted.test(frame)) {
                return frame;
            }
            kept.add(frame);
        }
    }

    /** The next frame of a stream that is not about its window. */
    Frame next(int stream) throws IOException {
        return await(frame -> frame.stream() == stream && frame.type() != WINDOW_UPDATE);
    }

    /** The next fields of a stream. */
    Http2Headers headers(int stream) throws IOException {
        Frame frame = next(stream);
        if (frame.type() != HEADERS) {
            throw new IOException("%s, error %d (expected: HEADERS)".formatted(frame, frame.errorCode()));
        }
        return frame.headers();
    }

    /** @param trailers empty where there are none */
    record Answer(Http2Headers headers, String body, Http2Headers trailers) {

        int status() {
            return Integer.parseInt(headers.status().toString());
        }
    }

    /** One whole answer. */
    Answer answer(int stream) throws IOException {
        Frame frame = next(stream);
        if (frame.type() != HEADERS) {
            throw new IOException("%s, error %d (expected: HEADERS)".formatted(frame, frame.errorCode()));
        }
        Http2Headers headers = frame.headers();
        Http2Headers trailers = new DefaultHttp2Headers();
        StringBuilder body = new StringBuilder();
        while (!frame.endsStream()) {
            frame = next(stream);
            switch (frame.type()) {
                case DATA -> body.append(frame.text());
                case HEADERS -> trailers = frame.headers();
                default -> throw new IOException("%s, error %d".formatted(frame, frame.errorCode()));
            }
        }
        return new Answer(headers, body.toString(), trailers);
    }

    /** Error of the connection that the proxy ended; -1 where it closed without a word. */
    int connectionError() throws IOException {
        try {
            return await(frame -> frame.type() == GOAWAY).errorCode();
        } catch (EOFException | java.net.SocketException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }
}
