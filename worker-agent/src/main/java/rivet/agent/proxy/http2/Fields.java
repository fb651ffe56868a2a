package rivet.agent.proxy.http2;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import rivet.agent.proxy.http.FieldName;
import rivet.agent.proxy.http.Head;

/** Makes fields of HTTP/2 from a head of HTTP/1.1. */
final class Fields {

    private Fields() {}

    static Http2Headers of(Head head) {
        // What comes here was read by our own strict parser.
        Http2Headers headers = new DefaultHttp2Headers(false, head.count() + 6);
        for (int i = 0; i < head.count(); i++) {
            if (crosses(head.name(i))) {
                headers.add(name(head, i), copy(head, head.valueFrom(i), head.valueTo(i)));
            }
        }
        return headers;
    }

    /** Framing and everything about the connection is HTTP/2's own affair. */
    private static boolean crosses(FieldName name) {
        return switch (name.way()) {
            case KEPT, OURS, FORWARDING -> true;
            case REWRITTEN -> name == FieldName.CONTENT_LENGTH || name == FieldName.EXPECT;
            case DROPPED, REFUSED -> false;
        };
    }

    private static AsciiString name(Head head, int field) {
        return copy(head, head.nameFrom(field), head.nameTo(field)).toLowerCase();
    }

    static AsciiString copy(Head head, int from, int to) {
        return new AsciiString(head.bytes(), from, to - from, true);
    }

    /** From lines of {@code name: value}. */
    static Http2Headers ofTrailers(String lines) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        lines.lines().forEach(line -> {
            int colon = line.indexOf(':');
            headers.add(
                    AsciiString.of(line.substring(0, colon)).toLowerCase(),
                    AsciiString.of(line.substring(colon + 1).strip()));
        });
        return headers;
    }
}
