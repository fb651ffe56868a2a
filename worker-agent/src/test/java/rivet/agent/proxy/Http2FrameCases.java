package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.Http2Case.COMPRESSION;
import static rivet.agent.proxy.Http2Case.FLOW_CONTROL;
import static rivet.agent.proxy.Http2Case.FRAME_SIZE;
import static rivet.agent.proxy.Http2Case.PROTOCOL;
import static rivet.agent.proxy.Http2Case.REFUSED_STREAM;
import static rivet.agent.proxy.Http2Case.STREAM_CLOSED;
import static rivet.agent.proxy.Http2Case.ask;
import static rivet.agent.proxy.Http2Case.block;
import static rivet.agent.proxy.Http2Case.bytes;
import static rivet.agent.proxy.Http2Case.closed;
import static rivet.agent.proxy.Http2Case.connection;
import static rivet.agent.proxy.Http2Case.joined;
import static rivet.agent.proxy.Http2Case.open;
import static rivet.agent.proxy.Http2Case.openSilent;
import static rivet.agent.proxy.Http2Case.served;
import static rivet.agent.proxy.Http2Case.servedLater;
import static rivet.agent.proxy.Http2Case.setting;
import static rivet.agent.proxy.Http2Case.silent;
import static rivet.agent.proxy.Http2Case.stream;
import static rivet.agent.proxy.Http2Connection.ACK;
import static rivet.agent.proxy.Http2Connection.CONTINUATION;
import static rivet.agent.proxy.Http2Connection.DATA;
import static rivet.agent.proxy.Http2Connection.END_HEADERS;
import static rivet.agent.proxy.Http2Connection.END_STREAM;
import static rivet.agent.proxy.Http2Connection.GOAWAY;
import static rivet.agent.proxy.Http2Connection.HEADERS;
import static rivet.agent.proxy.Http2Connection.PADDED;
import static rivet.agent.proxy.Http2Connection.PING;
import static rivet.agent.proxy.Http2Connection.PRIORITY;
import static rivet.agent.proxy.Http2Connection.PUSH_PROMISE;
import static rivet.agent.proxy.Http2Connection.RST_STREAM;
import static rivet.agent.proxy.Http2Connection.SETTINGS;
import static rivet.agent.proxy.Http2Connection.WINDOW_UPDATE;
import static rivet.agent.proxy.Http2Connection.WITH_PRIORITY;
import static rivet.agent.proxy.Http2Connection.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import rivet.agent.proxy.Http2Connection.Frame;

/** RFC 9113, sections 3 to 7: connections, streams and frames. */
final class Http2FrameCases {

    private Http2FrameCases() {}

    private static final String PATH = path("/");

    static Stream<Http2Case> beginnings() {
        return Stream.of(
                connection(
                        "3.4: a preface of something else",
                        PROTOCOL,
                        client -> client.raw().send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")),
                connection("3.4: the first frame is not SETTINGS", PROTOCOL, client -> {
                    client.raw().send(Http2Connection.PREFACE);
                    client.frame(PING, 0, 0, new byte[8]);
                }),
                served("3.4: no wait for the server's settings", client -> {
                    client.raw().send(Http2Connection.PREFACE);
                    client.frame(SETTINGS, 0, 0);
                    ask(client, 1);
                }),
                served("3.4: a preface in single bytes", client -> {
                    for (char c : Http2Connection.PREFACE.toCharArray()) {
                        client.raw().send(String.valueOf(c));
                    }
                    client.frame(SETTINGS, 0, 0);
                    ask(client, 1);
                }));
    }

    static Stream<Http2Case> frames() {
        return Stream.of(
                served("4.1: unknown type", client -> ask(client.frame(0x42, 0, 0, new byte[8]), 1)),
                served("4.1: unknown flags", client -> ask(client.frame(PING, 0xfe, 0, new byte[8]), 1)),
                served("4.1: reserved bit", client -> ask(client.frame(PING, 0, 0x80000000, new byte[8]), 1)),
                served("4.2: the largest DATA", client -> open(client, 1).frame(DATA, END_STREAM, 1, new byte[16_384])),
                stream(
                        "4.2: DATA too large",
                        FRAME_SIZE,
                        client -> openSilent(client, 1).frame(DATA, END_STREAM, 1, new byte[16_385])),
                connection("4.2: HEADERS too large", FRAME_SIZE, client -> block(client, new byte[16_385])),
                connection(
                        "4.2: SETTINGS too large",
                        FRAME_SIZE,
                        client -> client.frame(SETTINGS, 0, 0, new byte[16_386])),
                connection("4.3: a block that is none", COMPRESSION, client -> block(client, bytes(0x40, 0x01))),
                connection(
                        "4.3: PRIORITY within a block",
                        PROTOCOL,
                        client -> client.frame(HEADERS, END_STREAM, 1, client.block(get(PATH)))
                                .frame(PRIORITY, 0, 1, bytes(0, 0, 0, 0, 1))),
                connection(
                        "4.3: HEADERS of another stream within a block",
                        PROTOCOL,
                        client -> client.frame(HEADERS, END_STREAM, 1, client.block(get(PATH)))
                                .frame(HEADERS, END_STREAM | END_HEADERS, 3, client.block(get(PATH)))),
                connection("5.1: DATA on an idle stream", PROTOCOL, client -> client.data(1, "x", true)),
                connection(
                        "5.1: RST_STREAM on an idle stream",
                        PROTOCOL,
                        client -> client.frame(RST_STREAM, 0, 1, bytes(0, 0, 0, 8))),
                connection(
                        "5.1: WINDOW_UPDATE on an idle stream",
                        PROTOCOL,
                        client -> client.frame(WINDOW_UPDATE, 0, 1, bytes(0, 0, 0, 8))),
                connection(
                        "5.1: CONTINUATION on an idle stream",
                        PROTOCOL,
                        client -> client.frame(CONTINUATION, END_HEADERS, 1, client.block(get(PATH)))),
                stream(
                        "5.1: DATA on a half-closed stream",
                        STREAM_CLOSED,
                        client -> silent(client, 1).data(1, "x", true)),
                stream(
                        "5.1: HEADERS on a half-closed stream",
                        List.of(STREAM_CLOSED, PROTOCOL),
                        client -> silent(client, 1).request(1, get(PATH), true)),
                stream(
                        "5.1: CONTINUATION on a half-closed stream",
                        List.of(STREAM_CLOSED, PROTOCOL),
                        client -> silent(client, 1).frame(CONTINUATION, END_HEADERS, 1, client.block(get(PATH)))),
                stream(
                        "5.1: DATA after RST_STREAM",
                        STREAM_CLOSED,
                        client -> openSilent(client, 1)
                                .frame(RST_STREAM, 0, 1, bytes(0, 0, 0, 8))
                                .data(1, "x", true)),
                stream(
                        "5.1: HEADERS after RST_STREAM",
                        STREAM_CLOSED,
                        client -> openSilent(client, 1)
                                .frame(RST_STREAM, 0, 1, bytes(0, 0, 0, 8))
                                .request(1, get(PATH), true)),
                stream(
                        "5.1: CONTINUATION after RST_STREAM",
                        List.of(STREAM_CLOSED, PROTOCOL),
                        client -> openSilent(client, 1)
                                .frame(RST_STREAM, 0, 1, bytes(0, 0, 0, 8))
                                .frame(CONTINUATION, END_HEADERS, 1)),
                stream(
                        "5.1: DATA on a closed stream",
                        STREAM_CLOSED,
                        client -> closed(client, 1).data(1, "x", true)),
                stream(
                        "5.1: HEADERS on a closed stream",
                        List.of(STREAM_CLOSED, PROTOCOL),
                        client -> closed(client, 1).request(1, get(PATH), true)),
                connection(
                        "5.1: CONTINUATION on a closed stream",
                        List.of(STREAM_CLOSED, PROTOCOL),
                        client -> closed(client, 1).frame(CONTINUATION, END_HEADERS, 1)),
                served(
                        "5.1: WINDOW_UPDATE on a closed stream",
                        client -> closed(ask(client, 1), 3).frame(WINDOW_UPDATE, 0, 3, bytes(0, 0, 0, 8))),
                served(
                        "5.1: RST_STREAM on a closed stream",
                        client -> closed(ask(client, 1), 3).frame(RST_STREAM, 0, 3, bytes(0, 0, 0, 8))),
                served(
                        "5.1: PRIORITY on an idle stream",
                        client -> ask(client.frame(PRIORITY, 0, 5, bytes(0, 0, 0, 0, 1)), 1)),
                served(
                        "5.1: PRIORITY on a closed stream",
                        client -> closed(ask(client, 1), 3).frame(PRIORITY, 0, 3, bytes(0, 0, 0, 0, 1))),
                connection("5.1.1: an even stream", PROTOCOL, client -> ask(client, 2)),
                new Http2Case(
                        "5.1.1: a smaller stream",
                        client -> ask(closed(client, 5), 3),
                        new Http2Case.Outcome.StreamError(3, List.of(PROTOCOL, STREAM_CLOSED))),
                new Http2Case(
                        "5.1.2: a stream too many",
                        client -> {
                            for (int i = 0; i < 100; i++) {
                                silent(client, 2 * i + 1);
                            }
                            silent(client, 201);
                        },
                        new Http2Case.Outcome.StreamError(201, List.of(REFUSED_STREAM, PROTOCOL))),
                connection(
                        "5.4.1: an error ends the connection",
                        FRAME_SIZE,
                        client -> client.frame(PING, 0, 0, new byte[6])),
                served(
                        "5.5: unknown frame on a stream",
                        client -> open(client, 1).frame(0x42, 0, 1, new byte[8]).data(1, "", true)),
                connection(
                        "5.5: unknown frame within a block",
                        PROTOCOL,
                        client -> client.frame(HEADERS, END_STREAM, 1, client.block(get(PATH)))
                                .frame(0x42, 0, 1, new byte[8])),
                connection("6.1: DATA on stream 0", PROTOCOL, client -> client.data(0, "x", true)),
                served(
                        "6.1: padded DATA",
                        client -> open(client, 1).frame(DATA, END_STREAM | PADDED, 1, bytes(3, 'x', 0, 0, 0))),
                connection(
                        "6.1: padding longer than DATA",
                        PROTOCOL,
                        client -> openSilent(client, 1).frame(DATA, END_STREAM | PADDED, 1, bytes(6, 'x', 0, 0))),
                served(
                        "6.2: padded HEADERS with a priority",
                        client -> client.frame(
                                HEADERS,
                                END_STREAM | END_HEADERS | PADDED | WITH_PRIORITY,
                                1,
                                joined(bytes(2, 0, 0, 0, 0, 1), client.block(get(PATH)), bytes(0, 0)))),
                connection("6.2: HEADERS on stream 0", PROTOCOL, client -> ask(client, 0)),
                connection(
                        "6.2: padding longer than HEADERS",
                        PROTOCOL,
                        client -> client.frame(
                                HEADERS,
                                END_STREAM | END_HEADERS | PADDED,
                                1,
                                joined(bytes(255), client.block(get(PATH))))),
                connection(
                        "6.3: PRIORITY on stream 0",
                        PROTOCOL,
                        client -> client.frame(PRIORITY, 0, 0, bytes(0, 0, 0, 0, 1))),
                stream(
                        "6.3: PRIORITY too short",
                        FRAME_SIZE,
                        client -> openSilent(client, 1).frame(PRIORITY, 0, 1, bytes(0, 0, 0, 1))),
                connection(
                        "6.4: RST_STREAM on stream 0",
                        PROTOCOL,
                        client -> client.frame(RST_STREAM, 0, 0, bytes(0, 0, 0, 8))),
                connection(
                        "6.4: RST_STREAM too short",
                        FRAME_SIZE,
                        client -> openSilent(client, 1).frame(RST_STREAM, 0, 1, bytes(0, 0, 0))),
                connection(
                        "6.5: SETTINGS ACK with a payload",
                        FRAME_SIZE,
                        client -> client.frame(SETTINGS, ACK, 0, bytes(0))),
                connection(
                        "6.5: SETTINGS on a stream", PROTOCOL, client -> client.frame(SETTINGS, 0, 1, setting(3, 100))),
                connection(
                        "6.5: SETTINGS of half a length",
                        FRAME_SIZE,
                        client -> client.frame(SETTINGS, 0, 0, bytes(0, 3, 0))),
                connection(
                        "6.5.2: push neither on nor off",
                        PROTOCOL,
                        client -> client.frame(SETTINGS, 0, 0, setting(2, 2))),
                connection(
                        "6.5.2: window too large",
                        FLOW_CONTROL,
                        client -> client.frame(SETTINGS, 0, 0, setting(4, 0x80000000))),
                connection(
                        "6.5.2: frame size too small",
                        PROTOCOL,
                        client -> client.frame(SETTINGS, 0, 0, setting(5, 16_383))),
                connection(
                        "6.5.2: frame size too large",
                        PROTOCOL,
                        client -> client.frame(SETTINGS, 0, 0, setting(5, 16_777_216))),
                served("6.5.2: unknown setting", client -> ask(client.frame(SETTINGS, 0, 0, setting(0x77, 1)), 1)),
                served("6.5.3: each SETTINGS is acknowledged", client -> {
                    client.frame(SETTINGS, 0, 0, setting(3, 7));
                    client.await(frame -> frame.type() == SETTINGS && frame.flags() == ACK);
                    ask(client, 1);
                }),
                served(
                        "6.5.3: the last of several values counts",
                        client -> ask(client.frame(SETTINGS, 0, 0, joined(setting(4, 1), setting(4, 100))), 1)),
                connection(
                        "6.6: PUSH_PROMISE from a client",
                        PROTOCOL,
                        client -> openSilent(client, 1)
                                .frame(
                                        PUSH_PROMISE,
                                        END_HEADERS,
                                        1,
                                        joined(bytes(0, 0, 0, 2), client.block(get(PATH))))),
                served("6.7: PING is answered alike", client -> {
                    client.frame(PING, 0, 0, bytes(1, 2, 3, 4, 5, 6, 7, 8));
                    Frame pong = client.await(frame -> frame.type() == PING);
                    assertThat(pong.flags()).isEqualTo(ACK);
                    assertThat(pong.text()).isEqualTo("\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b");
                    ask(client, 1);
                }),
                served("6.7: an answer to no PING", client -> ask(client.frame(PING, ACK, 0, new byte[8]), 1)),
                connection("6.7: PING on a stream", PROTOCOL, client -> client.frame(PING, 0, 1, new byte[8])),
                connection("6.7: PING too short", FRAME_SIZE, client -> client.frame(PING, 0, 0, new byte[7])),
                connection("6.7: PING too long", FRAME_SIZE, client -> client.frame(PING, 0, 0, new byte[9])),
                connection("6.8: GOAWAY on a stream", PROTOCOL, client -> client.frame(GOAWAY, 0, 1, new byte[8])),
                connection("6.8: GOAWAY too short", FRAME_SIZE, client -> client.frame(GOAWAY, 0, 0, new byte[7])),
                connection(
                        "6.9: an increment of nothing",
                        PROTOCOL,
                        client -> client.frame(WINDOW_UPDATE, 0, 0, new byte[4])),
                stream(
                        "6.9: an increment of nothing on a stream",
                        PROTOCOL,
                        client -> silent(client, 1).frame(WINDOW_UPDATE, 0, 1, new byte[4])),
                connection(
                        "6.9: WINDOW_UPDATE too short",
                        FRAME_SIZE,
                        client -> client.frame(WINDOW_UPDATE, 0, 0, new byte[3])),
                connection(
                        "6.9.1: a window too large",
                        FLOW_CONTROL,
                        client -> client.frame(WINDOW_UPDATE, 0, 0, bytes(0x7f, 255, 255, 255))
                                .frame(WINDOW_UPDATE, 0, 0, bytes(0x7f, 255, 255, 255))),
                stream(
                        "6.9.1: a stream's window too large",
                        FLOW_CONTROL,
                        client -> silent(client, 1)
                                .frame(WINDOW_UPDATE, 0, 1, bytes(0x7f, 255, 255, 255))
                                .frame(WINDOW_UPDATE, 0, 1, bytes(0x7f, 255, 255, 255))),
                stream(
                        "6.9.2: a setting that makes a window too large",
                        FLOW_CONTROL,
                        client -> silent(client, 1)
                                .frame(WINDOW_UPDATE, 0, 1, bytes(0x7f, 255, 0, 0))
                                .frame(SETTINGS, 0, 0, setting(4, 0x7fffffff))),
                servedLater("6.9.1: a window of one byte is respected", client -> {
                    client.frame(SETTINGS, 0, 0, setting(4, 1));
                    client.await(frame -> frame.type() == SETTINGS && frame.flags() == ACK);
                    ask(client, 1);
                    client.headers(1);
                    assertThat(client.next(1).text()).isEqualTo("o");
                    client.frame(WINDOW_UPDATE, 0, 1, bytes(0, 0, 0, 1));
                    assertThat(client.next(1).text()).isEqualTo("k");
                    client.frame(SETTINGS, 0, 0, setting(4, 65_535));
                    ask(client, 3);
                }),
                servedLater("6.9.2: a window that a setting widens", client -> {
                    client.frame(SETTINGS, 0, 0, setting(4, 0));
                    client.await(frame -> frame.type() == SETTINGS && frame.flags() == ACK);
                    ask(client, 1).headers(1);
                    client.frame(SETTINGS, 0, 0, setting(4, 1));
                    assertThat(client.next(1).text()).isEqualTo("o");
                    client.frame(SETTINGS, 0, 0, setting(4, 2));
                    assertThat(client.next(1).text()).isEqualTo("k");
                    ask(client, 3);
                }),
                servedLater("6.9.2: a window below zero", client -> {
                    client.frame(SETTINGS, 0, 0, setting(4, 1));
                    client.await(frame -> frame.type() == SETTINGS && frame.flags() == ACK);
                    ask(client, 1).headers(1);
                    assertThat(client.next(1).text()).isEqualTo("o");
                    client.frame(SETTINGS, 0, 0, setting(4, 0));
                    client.frame(WINDOW_UPDATE, 0, 1, bytes(0, 0, 0, 2));
                    assertThat(client.next(1).text()).isEqualTo("k");
                    client.frame(SETTINGS, 0, 0, setting(4, 65_535));
                    ask(client, 3);
                }),
                served("6.10: a block in several frames", client -> {
                    byte[] block = client.block(get(PATH));
                    client.frame(HEADERS, END_STREAM, 1, Arrays.copyOf(block, 5))
                            .frame(CONTINUATION, 0, 1, Arrays.copyOfRange(block, 5, 9))
                            .frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(block, 9, block.length));
                }),
                connection(
                        "6.10: another frame between two of a block",
                        PROTOCOL,
                        client -> client.frame(HEADERS, END_STREAM, 1, client.block(get(PATH)))
                                .frame(CONTINUATION, 0, 1)
                                .data(1, "x", true)),
                connection(
                        "6.10: CONTINUATION on stream 0",
                        PROTOCOL,
                        client -> client.frame(HEADERS, END_STREAM, 1, client.block(get(PATH)))
                                .frame(CONTINUATION, END_HEADERS, 0)),
                connection(
                        "6.10: CONTINUATION after a complete block",
                        List.of(PROTOCOL, STREAM_CLOSED),
                        client -> silent(client, 1).frame(CONTINUATION, END_HEADERS, 1)),
                connection(
                        "6.10: CONTINUATION after DATA",
                        PROTOCOL,
                        client -> openSilent(client, 1).data(1, "x", false).frame(CONTINUATION, END_HEADERS, 1)),
                servedLater(
                        "7: unknown error in RST_STREAM",
                        client -> ask(open(client, 1).frame(RST_STREAM, 0, 1, bytes(0, 0, 0, 0xff)), 3)));
    }
}
