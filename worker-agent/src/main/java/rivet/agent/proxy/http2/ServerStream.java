package rivet.agent.proxy.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.Body;
import rivet.agent.proxy.http.HeadLimits;
import rivet.agent.proxy.http.HeadParser;
import rivet.agent.proxy.http.Method;
import rivet.agent.proxy.http.ResponseHead;

/** A stream that a client opened: behind it is a client of HTTP/1.1 with this one request. */
final class ServerStream extends StreamTranslation<ResponseHead> {

    private static final int KEY_BYTES = 16;
    private static final CharSequence[] NOT_FIELDS = {"host", "cookie"};

    private Method method = Method.OTHER;

    ServerStream(HeadLimits limits) {
        super(new HeadParser<>(new ResponseHead(), limits));
    }

    @Override
    void head(HeadText text, Http2HeadersFrame frame) {
        Http2Headers headers = frame.headers();
        CharSequence asked = headers.method();
        CharSequence authority = authority(headers);
        boolean connect = AsciiString.contentEquals("CONNECT", asked);
        boolean webSocket = headers.contains(PROTOCOL);
        if (asked == null || authority == null || (webSocket && !connect)) {
            text.unsound();
            return;
        }
        CharSequence target = connect && !webSocket ? authority : headers.path();
        CharSequence called = webSocket ? "GET" : asked;
        method = AsciiString.contentEquals("HEAD", called) ? Method.HEAD : Method.GET;
        text.word(called)
                .put(" ")
                .word(target == null ? "" : target)
                .put(" HTTP/1.1")
                .line();
        text.field("host", authority).fields(headers, NOT_FIELDS);
        cookies(text, headers);
        if (webSocket) {
            changeOfProtocol(text, headers);
        } else {
            framing(text, frame, takesBody(called));
        }
        text.line();
    }

    private static final CharSequence PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();

    /** Named once, or twice alike. */
    private static @Nullable CharSequence authority(Http2Headers headers) {
        CharSequence authority = headers.authority();
        var hosts = headers.getAll("host");
        if (authority == null) {
            return hosts.size() == 1 ? hosts.getFirst() : null;
        }
        boolean alike = hosts.stream().allMatch(host -> AsciiString.contentEqualsIgnoreCase(host, authority));
        return alike ? authority : null;
    }

    /** Servers of HTTP/1 expect one line. */
    private static void cookies(HeadText text, Http2Headers headers) {
        var crumbs = headers.getAll("cookie");
        if (!crumbs.isEmpty()) {
            text.field("cookie", String.join("; ", crumbs));
        }
    }

    private static boolean takesBody(CharSequence method) {
        return AsciiString.contentEquals("POST", method)
                || AsciiString.contentEquals("PUT", method)
                || AsciiString.contentEquals("PATCH", method);
    }

    /** The key is HTTP/1's protection against answers from caches, and means nothing in HTTP/2. */
    private static void changeOfProtocol(HeadText text, Http2Headers headers) {
        byte[] key = new byte[KEY_BYTES];
        ThreadLocalRandom.current().nextBytes(key);
        text.field("connection", "upgrade").field("upgrade", headers.get(PROTOCOL));
        text.field("sec-websocket-key", Base64.getEncoder().encodeToString(key));
    }

    @Override
    Http2Headers headers(ResponseHead head) {
        Http2Headers headers = Fields.of(head);
        if (head.switching()) {
            headers.remove("sec-websocket-accept");
            return headers.status("200");
        }
        return headers.status(Integer.toString(head.status()));
    }

    @Override
    Body body(ResponseHead head) {
        return head.body(method);
    }

    @Override
    boolean preliminary(ResponseHead head) {
        return head.informational();
    }

    @Override
    boolean opensTunnel(ResponseHead head) {
        return head.switching();
    }
}
