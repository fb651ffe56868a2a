package rivet.agent.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Requests that some proxy somewhere takes for something else than its neighbour does, by hand. Each is one request or a
 * part of one; what may follow it on its connection is not here.
 */
public final class HostileRequests {

    /**
     * One of them.
     *
     * @param status what we answer
     * @param bytes a character each
     */
    public record Vector(String name, int status, String bytes) {

        byte[] raw() {
            return bytes.getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final String prefix;
    private final String line;
    private final String start;

    /** @param prefix of every path, such that it leads to an actor; may be empty */
    public HostileRequests(String prefix) {
        this.prefix = prefix;
        this.line = "POST " + path("/") + " HTTP/1.1\r\n";
        this.start = line + "Host: a\r\n";
    }

    private String path(String rest) {
        return prefix + rest;
    }

    private String get(String rest) {
        return "GET " + path(rest) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static Vector request(int status, String name, String bytes) {
        return new Vector(name, status, bytes);
    }

    private Vector chunks(String name, String chunks) {
        return new Vector("chunks: " + name, 400, start + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
    }

    private static Vector target(String target) {
        return new Vector("target " + target, 400, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    /** On these two proxies in common use disagree, or servers were found to be fooled; each of them alone is in a test's name. */
    public List<Vector> known() {
        return List.of(
                request(
                        400,
                        "length and chunks",
                        start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(400, "two different lengths", start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
                request(400, "two hosts", start + "Host: b\r\n\r\n"),
                request(400, "no host", line + "\r\n"),
                request(
                        400,
                        "HTTP/1.0 with chunks and a length",
                        "POST " + path("/")
                                + " HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                request(400, "xchunked", start + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                request(400, "space before the colon", start + "Content-Length : 5\r\n\r\nhello"),
                chunks("bare LF", "5\nhello\n0\n\n"),
                request(400, "NUL in a value", start + "X: a\0b\r\n\r\n"),
                request(400, "control bytes before the request", "\u0000\u0001" + get("/")),
                request(400, "folded field", start + "X: a\r\n b\r\n\r\n"),
                request(
                        400,
                        "absolute form with another host",
                        "GET http://b" + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "length with a sign", start + "Content-Length: +5\r\n\r\nhello"),
                chunks("17 digits of size", "00000000000000005\r\nhello\r\n0\r\n\r\n"));
    }

    /** All, the known ones among them. */
    public List<Vector> all() {
        return Stream.concat(known().stream(), others()).toList();
    }

    private Stream<Vector> others() {
        return Stream.of(
                request(
                        400,
                        "length and chunks",
                        start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(
                        400,
                        "chunks and length",
                        start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
                request(400, "two lengths", start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
                request(400, "the same length twice", start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
                request(400, "a list of lengths", start + "Content-Length: 5, 5\r\n\r\nhello"),
                request(400, "length with a sign", start + "Content-Length: +5\r\n\r\nhello"),
                request(400, "negative length", start + "Content-Length: -5\r\n\r\nhello"),
                request(400, "hexadecimal length", start + "Content-Length: 0x5\r\n\r\nhello"),
                request(400, "empty length", start + "Content-Length: \r\n\r\nhello"),
                request(400, "huge length", start + "Content-Length: 99999999999999999999\r\n\r\n"),
                request(400, "two hosts", start + "Host: b\r\n\r\n"),
                request(400, "the same host twice", start + "Host: a\r\n\r\n"),
                request(400, "no host", line + "\r\n"),
                request(400, "empty host", line + "Host:\r\n\r\n"),
                request(400, "host with a path", line + "Host: a/b\r\n\r\n"),
                request(400, "host with a user", line + "Host: a@b\r\n\r\n"),
                request(400, "two hosts in one", line + "Host: a, b\r\n\r\n"),
                request(
                        400,
                        "chunks in HTTP/1.0",
                        "POST " + path("/") + " HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(400, "xchunked", start + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                request(400, "identity", start + "Transfer-Encoding: identity\r\n\r\n"),
                request(400, "gzip, chunked", start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                request(400, "chunked twice", start + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                request(
                        400,
                        "chunked in two fields",
                        start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                request(400, "quoted chunked", start + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
                request(400, "vertical tab chunked", start + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
                request(400, "twin of the length", start + "Content_Length: 5\r\n\r\n"),
                request(400, "twin of the encoding", start + "Transfer_Encoding: chunked\r\n\r\n"),
                request(400, "space before the colon", start + "Content-Length : 5\r\n\r\nhello"),
                request(400, "tab before the colon", start + "X\t: 5\r\n\r\n"),
                request(400, "no colon", start + "nonsense\r\n\r\n"),
                request(400, "no name", start + ": nonsense\r\n\r\n"),
                request(400, "bad character in a name", start + "X(y): 1\r\n\r\n"),
                request(400, "high byte in a name", start + "X\u00e4: 1\r\n\r\n"),
                request(400, "NUL in a name", start + "X\0Y: 1\r\n\r\n"),
                request(400, "NUL in a value", start + "X: a\0b\r\n\r\n"),
                request(400, "CR in a value", start + "X: a\rb\r\n\r\n"),
                request(400, "CR CR LF", start + "X: a\r\r\n\r\n"),
                request(400, "control character in a value", start + "X: a\u0001b\r\n\r\n"),
                request(400, "DEL in a value", start + "X: a\u007fb\r\n\r\n"),
                request(400, "bare LF after the request line", "POST " + path("/") + " HTTP/1.1\nHost: a\r\n\r\n"),
                request(400, "bare LF after a field", line + "Host: a\n\r\n"),
                request(400, "bare LF at the end", start + "\n"),
                request(400, "only bare LF", "GET / HTTP/1.1\nHost: a\n\n"),
                request(400, "folded field", start + "X: a\r\n b\r\n\r\n"),
                request(400, "field folded with a tab", start + "X: a\r\n\tb\r\n\r\n"),
                request(400, "space before the first field", line + " Host: a\r\n\r\n"),
                request(400, "control bytes first", "\u0000\u0001" + get("/")),
                request(400, "two empty lines first", "\r\n\r\n" + get("/")),
                request(400, "LF first", "\n" + get("/")),
                request(400, "space first", " " + get("/")),
                request(400, "TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"),
                request(400, "another host in the target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "the host's beginning in the target", "GET http://a/ HTTP/1.1\r\nHost: ab\r\n\r\n"),
                request(400, "empty host in the target", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "relative target", "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "fragment", "GET " + path("/#x") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "high byte in the target", "GET " + path("/\u00e4") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "control in the target", "GET " + path("/\u0001") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "tab after the method", "GET\t" + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "two spaces", "GET  " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "space at the end", "GET " + path("/") + " HTTP/1.1 \r\nHost: a\r\n\r\n"),
                request(400, "HTTP/0.9", "GET " + path("/") + "\r\n\r\n"),
                request(400, "lower-case method", "get " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(400, "lower-case version", "GET " + path("/") + " http/1.1\r\nHost: a\r\n\r\n"),
                request(400, "long version", "GET " + path("/") + " HTTP/1.10\r\nHost: a\r\n\r\n"),
                request(505, "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".replace("PRI *", "GET /")),
                request(505, "HTTP/1.2", "GET " + path("/") + " HTTP/1.2\r\nHost: a\r\n\r\n"),
                request(400, "connection that is no list of names", start + "Connection: a b\r\n\r\n"),
                request(417, "another expectation", start + "Expect: 200-ok\r\n\r\n"),
                request(405, "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
                request(405, "TRACE", "TRACE " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(414, "long target", "GET " + path("/" + "a".repeat(9_000)) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                request(431, "long head", start + ("X: " + "a".repeat(1_000) + "\r\n").repeat(40) + "\r\n"),
                request(431, "many fields", start + "X: 1\r\n".repeat(200) + "\r\n"),
                request(
                        400,
                        "HTTP/1.0 with a body of GET",
                        "GET " + path("/") + " HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello"),
                chunks("extension without a name", "5;=a\r\nhello\r\n0\r\n\r\n"),
                chunks("space in an extension", "5; a\r\nhello\r\n0\r\n\r\n"),
                chunks("open quote in an extension", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
                target(path("/%")),
                target(path("/a%zz")),
                target(path("/a%2")),
                target(path("/%00")),
                target(path("/..")),
                target(path("/../")),
                target(path("/a/../../b")),
                target(path("/%2e%2e/")),
                target(path("/a/.%2E/..")),
                target(path("/..?a=b")),
                request(400, "port that is no number", "GET " + path("/") + " HTTP/1.1\r\nHost: a:b\r\n\r\n"),
                request(400, "two ports", "GET " + path("/") + " HTTP/1.1\r\nHost: a:1:2\r\n\r\n"),
                request(400, "open bracket", "GET " + path("/") + " HTTP/1.1\r\nHost: [::1\r\n\r\n"),
                request(400, "user in the target", "GET http://u@a" + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                chunks("17 digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
                chunks("17 digits, huge", "fffffffffffffffff\r\n"),
                chunks("negative", "-5\r\nhello\r\n0\r\n\r\n"),
                chunks("0x", "0x5\r\nhello\r\n0\r\n\r\n"),
                chunks("space after the size", "5 \r\nhello\r\n0\r\n\r\n"),
                chunks("no size", "\r\nhello\r\n0\r\n\r\n"),
                chunks("bare LF after the size", "5\nhello\r\n0\r\n\r\n"),
                chunks("bare LF after the data", "5\r\nhello\n0\r\n\r\n"),
                chunks("data longer than its size", "5\r\nhello!\r\n0\r\n\r\n"),
                chunks("bare LF at the end", "0\r\n\n"),
                chunks("bare LF in an extension", "5;a\nhello\r\n0\r\n\r\n"),
                chunks("NUL in an extension", "5;a\0\r\nhello\r\n0\r\n\r\n"),
                chunks("long extension", "5;" + "a".repeat(300) + "\r\nhello\r\n0\r\n\r\n"),
                chunks("trailer that frames", "0\r\nContent-Length: 5\r\n\r\n"),
                chunks("trailer that claims to be ours", "0\r\nX-Rivet-Subject: root\r\n\r\n"),
                chunks("folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
                chunks("space before a trailer's colon", "0\r\nX : a\r\n\r\n"));
    }
}
