package rivet.agent.proxy;

import static rivet.agent.proxy.Http2Case.CALM;
import static rivet.agent.proxy.Http2Case.COMPRESSION;
import static rivet.agent.proxy.Http2Case.PROTOCOL;
import static rivet.agent.proxy.Http2Case.block;
import static rivet.agent.proxy.Http2Case.bytes;
import static rivet.agent.proxy.Http2Case.connection;
import static rivet.agent.proxy.Http2Case.field;
import static rivet.agent.proxy.Http2Case.joined;
import static rivet.agent.proxy.Http2Case.malformed;
import static rivet.agent.proxy.Http2Case.openSilent;
import static rivet.agent.proxy.Http2Case.request;
import static rivet.agent.proxy.Http2Case.served;
import static rivet.agent.proxy.Http2Case.setting;
import static rivet.agent.proxy.Http2Case.silent;
import static rivet.agent.proxy.Http2Case.stream;
import static rivet.agent.proxy.Http2Connection.CONTINUATION;
import static rivet.agent.proxy.Http2Connection.END_STREAM;
import static rivet.agent.proxy.Http2Connection.HEADERS;
import static rivet.agent.proxy.Http2Connection.PING;
import static rivet.agent.proxy.Http2Connection.PRIORITY;
import static rivet.agent.proxy.Http2Connection.RST_STREAM;
import static rivet.agent.proxy.Http2Connection.SETTINGS;
import static rivet.agent.proxy.Http2Connection.get;
import static rivet.agent.proxy.Http2Connection.literal;
import static rivet.agent.proxy.Http2Connection.post;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** RFC 9113, sections 8 and 10, and RFC 7541: messages, compression, and floods. */
final class Http2MessageCases {

    private Http2MessageCases() {}

    private static final String PATH = path("/");

    static Stream<Http2Case> messages() {
        return Stream.of(
                stream(
                        "8.1: HEADERS in the middle",
                        PROTOCOL,
                        client -> openSilent(client, 1).request(1, Http2Connection.fields("x", "y"), false)),
                stream(
                        "8.1: a pseudo-field in trailers",
                        PROTOCOL,
                        client -> openSilent(client, 1).request(1, Http2Connection.fields(":method", "GET"), true)),
                stream(
                        "8.1: a length that DATA does not have",
                        PROTOCOL,
                        client -> client.request(1, post(path("/silent"), "content-length", "3"), false)
                                .data(1, "x", true)),
                stream(
                        "8.1: a length that several DATA exceed",
                        PROTOCOL,
                        client -> client.request(1, post(path("/silent"), "content-length", "3"), false)
                                .data(1, "xx", false)
                                .data(1, "xx", true)),
                stream(
                        "8.1: a length without DATA",
                        PROTOCOL,
                        client -> client.request(1, post(path("/silent"), "content-length", "3"), true)),
                field("upper case", "X-Test", "y"),
                field("connection", "connection", "close"),
                field("keep-alive", "keep-alive", "5"),
                field("proxy-connection", "proxy-connection", "close"),
                field("transfer-encoding", "transfer-encoding", "chunked"),
                field("upgrade", "upgrade", "websocket"),
                field("te that is not trailers", "te", "gzip"),
                field("CR LF in a value", "x", "y\r\nhost: b"),
                field("LF in a value", "x", "y\nz"),
                field("NUL in a value", "x", "y\0z"),
                field("colon in a name", "x:y", "z"),
                field("space in a name", "x y", "z"),
                field("CR LF in a name", "x\r\ny", "z"),
                field("empty name", "", "z"),
                field("another host", "host", "b"),
                field("two lengths", "content-length", "0", "content-length", "1"),
                field("a length with a sign", "content-length", "+0"),
                malformed(
                        "unknown pseudo-field",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost",
                        ":x",
                        "y"),
                malformed(
                        "pseudo-field of answers",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost",
                        ":status",
                        "200"),
                malformed(
                        "pseudo-field behind a field",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":authority",
                        "localhost",
                        "x",
                        "y",
                        ":path",
                        PATH),
                malformed("empty path", ":method", "GET", ":scheme", "http", ":path", "", ":authority", "localhost"),
                malformed("no path", ":method", "GET", ":scheme", "http", ":authority", "localhost"),
                malformed("no method", ":scheme", "http", ":path", PATH, ":authority", "localhost"),
                malformed("no scheme", ":method", "GET", ":path", PATH, ":authority", "localhost"),
                malformed("no authority", ":method", "GET", ":scheme", "http", ":path", PATH),
                malformed(
                        "two methods",
                        ":method",
                        "GET",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost"),
                malformed(
                        "two schemes",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost"),
                malformed(
                        "two paths",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":path",
                        PATH,
                        ":authority",
                        "localhost"),
                malformed(
                        "two authorities",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost",
                        ":authority",
                        "localhost"),
                malformed(
                        "space in the path",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH + " x",
                        ":authority",
                        "localhost"),
                malformed(
                        "CR LF in the path",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH + "\r\nx: y",
                        ":authority",
                        "localhost"),
                malformed(
                        "space in the method",
                        ":method",
                        "GET /x",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost"),
                malformed(
                        "CR LF in the authority",
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost\r\nx: y"),
                malformed(
                        "a protocol without CONNECT",
                        ":method",
                        "GET",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":path",
                        PATH,
                        ":authority",
                        "localhost"));
    }

    static Stream<Http2Case> compression() {
        return Stream.of(
                connection(
                        "7541 2.3.3: an index beyond the tables",
                        COMPRESSION,
                        client -> block(client, bytes(0xff, 0x0f))),
                connection("7541 6.1: index 0", COMPRESSION, client -> block(client, bytes(0x80))),
                connection(
                        "7541 4.2: a table's size changed behind a field",
                        COMPRESSION,
                        client -> block(client, joined(client.block(get(PATH)), bytes(0x20)))),
                connection(
                        "7541 6.3: a table larger than allowed",
                        COMPRESSION,
                        client -> block(client, joined(bytes(0x3f, 0xe1, 0xff, 0x03), client.block(get(PATH))))),
                connection(
                        "7541 5.2: padding longer than 7 bits",
                        COMPRESSION,
                        client -> block(
                                client,
                                joined(
                                        request(),
                                        bytes(
                                                0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x84, 0x49, 0x50, 0x9f,
                                                0xff)))),
                connection(
                        "7541 5.2: padding of zeros",
                        COMPRESSION,
                        client -> block(
                                client,
                                joined(
                                        request(),
                                        bytes(0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x83, 0x49, 0x50, 0x90)))),
                connection(
                        "7541 5.2: the end-of-string symbol",
                        COMPRESSION,
                        client -> block(
                                client,
                                joined(
                                        request(),
                                        bytes(
                                                0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0x87, 0x49, 0x51, 0xff, 0xff,
                                                0xff, 0xfa, 0x7f)))),
                connection(
                        "7541 5.1: an integer without end",
                        COMPRESSION,
                        client -> block(client, bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))),
                connection(
                        "7541 5.2: a string longer than its block",
                        COMPRESSION,
                        client -> block(client, bytes(0x00, 0x05, 'a'))),
                served("7541 6.3: a table of no size", client -> block(client, joined(bytes(0x20), request()))));
    }

    static Stream<Http2Case> floods() {
        return Stream.of(
                connection("10.5: rapid resets", CALM, client -> {
                    for (int stream = 1; stream < 2_001; stream += 2) {
                        silent(client, stream).frame(RST_STREAM, 0, stream, bytes(0, 0, 0, 8));
                    }
                }),
                connection("10.5: small CONTINUATION without end", CALM, client -> {
                    client.frame(HEADERS, END_STREAM, 1, literal("x", "y"));
                    for (int i = 0; i < 2_000; i++) {
                        client.frame(CONTINUATION, 0, 1);
                    }
                }),
                connection("10.5: large CONTINUATION without end", List.of(CALM, PROTOCOL), client -> {
                    client.frame(HEADERS, END_STREAM, 1, literal("x", "y"));
                    for (int i = 0; i < 100; i++) {
                        client.frame(CONTINUATION, 0, 1, literal("x", "y".repeat(10_000)));
                    }
                }),
                connection("10.5: PING", CALM, client -> {
                    for (int i = 0; i < 5_000; i++) {
                        client.frame(PING, 0, 0, new byte[8]);
                    }
                }),
                connection("10.5: SETTINGS", CALM, client -> {
                    for (int i = 0; i < 5_000; i++) {
                        client.frame(SETTINGS, 0, 0, setting(3, i));
                    }
                }),
                connection("10.5: PRIORITY", CALM, client -> {
                    silent(client, 1);
                    for (int i = 0; i < 5_000; i++) {
                        client.frame(PRIORITY, 0, 1, bytes(0, 0, 0, 0, 1));
                    }
                }),
                connection("10.5: empty DATA", CALM, client -> {
                    openSilent(client, 1);
                    for (int i = 0; i < 5_000; i++) {
                        client.data(1, "", false);
                    }
                }),
                stream("10.5.1: fields that expand to more than is allowed", List.of(PROTOCOL, CALM), client -> {
                    byte[] kept = joined(
                            bytes(0x40, 1, 'x', 0x7f, 0x80 | (3_000 - 127) % 128, (3_000 - 127) / 128),
                            new byte[0],
                            "y".repeat(3_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    byte[] again = new byte[1_000];
                    Arrays.fill(again, (byte) (0x80 | 62));
                    block(client, joined(request(), kept, again));
                }));
    }
}
