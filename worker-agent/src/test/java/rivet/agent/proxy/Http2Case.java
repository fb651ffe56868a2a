package rivet.agent.proxy;

import static rivet.agent.proxy.Http2Connection.END_HEADERS;
import static rivet.agent.proxy.Http2Connection.END_STREAM;
import static rivet.agent.proxy.Http2Connection.HEADERS;
import static rivet.agent.proxy.Http2Connection.get;
import static rivet.agent.proxy.Http2Connection.literal;
import static rivet.agent.proxy.Http2Connection.post;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a client of HTTP/2 does, and what must follow; with the words that such cases are written in. */
record Http2Case(String name, Script script, Outcome outcome) {

    static final int PROTOCOL = 1;
    static final int FLOW_CONTROL = 3;
    static final int STREAM_CLOSED = 5;
    static final int FRAME_SIZE = 6;
    static final int REFUSED_STREAM = 7;
    static final int COMPRESSION = 9;
    static final int CALM = 11;

    private static final String PATH = path("/");

    /** What a client does. */
    interface Script {
        void run(Http2Connection client) throws IOException;
    }

    /** What must follow. */
    sealed interface Outcome {
        /** The request on this stream is answered as if nothing had been. */
        record Served(int stream) implements Outcome {}

        /** This stream is answered or ended with an error, and the connection goes on; or all is ended with such an error. */
        record StreamError(int stream, List<Integer> codes) implements Outcome {}

        /** A word about the reason is welcome, the end is a must. */
        record ConnectionError(List<Integer> codes) implements Outcome {}
    }

    @Override
    public String toString() {
        return name;
    }

    static Http2Case served(String name, Script script) {
        return new Http2Case(name, script, new Outcome.Served(1));
    }

    static Http2Case servedLater(String name, Script script) {
        return new Http2Case(name, script, new Outcome.Served(3));
    }

    static Http2Case stream(String name, int code, Script script) {
        return new Http2Case(name, script, new Outcome.StreamError(1, List.of(code)));
    }

    static Http2Case stream(String name, List<Integer> codes, Script script) {
        return new Http2Case(name, script, new Outcome.StreamError(1, codes));
    }

    static Http2Case connection(String name, int code, Script script) {
        return new Http2Case(name, script, new Outcome.ConnectionError(List.of(code)));
    }

    static Http2Case connection(String name, List<Integer> codes, Script script) {
        return new Http2Case(name, script, new Outcome.ConnectionError(codes));
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        IntStream.range(0, values.length).forEach(i -> bytes[i] = (byte) values[i]);
        return bytes;
    }

    static byte[] setting(int id, int value) {
        return bytes(0, id, value >>> 24, value >>> 16, value >>> 8, value);
    }

    static byte[] joined(byte[]... parts) {
        int length = Stream.of(parts).mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    static Http2Connection ask(Http2Connection client, int stream) throws IOException {
        return client.request(stream, get(PATH), true);
    }

    static Http2Connection open(Http2Connection client, int stream) throws IOException {
        return client.request(stream, post(PATH), false);
    }

    /** A request with a body to come, and an answer that never does. */
    static Http2Connection openSilent(Http2Connection client, int stream) throws IOException {
        return client.request(stream, post(path("/silent")), false);
    }

    /** A request whose answer never comes. */
    static Http2Connection silent(Http2Connection client, int stream) throws IOException {
        return client.request(stream, get(path("/silent")), true);
    }

    static Http2Connection closed(Http2Connection client, int stream) throws IOException {
        ask(client, stream).answer(stream);
        return client;
    }

    static Http2Connection block(Http2Connection client, byte... block) throws IOException {
        return client.frame(HEADERS, END_HEADERS | END_STREAM, 1, block);
    }

    static Http2Case malformed(String name, String... fields) {
        return stream("8: " + name, PROTOCOL, client -> block(client, literal(fields)));
    }

    static byte[] request(String... more) {
        String[] fields = {":method", "GET", ":scheme", "http", ":path", PATH, ":authority", "localhost"};
        return joined(literal(fields), literal(more));
    }

    static Http2Case field(String name, String... fields) {
        return stream("8.2: " + name, PROTOCOL, client -> block(client, request(fields)));
    }
}
