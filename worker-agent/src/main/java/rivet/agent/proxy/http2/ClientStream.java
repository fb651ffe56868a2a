package rivet.agent.proxy.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.AsciiString;
import rivet.agent.proxy.http.Body;
import rivet.agent.proxy.http.HeadLimits;
import rivet.agent.proxy.http.HeadParser;
import rivet.agent.proxy.http.Method;
import rivet.agent.proxy.http.RequestHead;

/** A stream that we open to an actor: before it is a server of HTTP/1.1 that answers one request and closes. */
final class ClientStream extends StreamTranslation<RequestHead> {

    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");

    private Method method = Method.OTHER;

    ClientStream(HeadLimits limits) {
        super(new HeadParser<>(new RequestHead(), limits));
    }

    @Override
    void head(HeadText text, Http2HeadersFrame frame) {
        CharSequence status = frame.headers().status();
        text.put("HTTP/1.1 ").word(status == null ? "" : status).put(" ").line();
        text.fields(frame.headers());
        if (!interim(frame)) {
            boolean empty = AsciiString.contentEquals("204", status) || AsciiString.contentEquals("304", status);
            framing(text, frame, method != Method.HEAD && !empty);
            text.field("connection", "close");
        }
        text.line();
    }

    @Override
    boolean interim(Http2HeadersFrame frame) {
        CharSequence status = frame.headers().status();
        return status != null && !status.isEmpty() && status.charAt(0) == '1';
    }

    @Override
    Http2Headers headers(RequestHead head) {
        method = head.method();
        Http2Headers headers = Fields.of(head);
        // Whoever reads our answers gets trailers in one form or the other; servers of gRPC want to hear it.
        headers.add(TE, TRAILERS);
        return headers.method(head.methodText())
                .scheme(HTTP)
                .authority(head.value(head.host()))
                .path(head.targetText());
    }

    @Override
    Body body(RequestHead head) {
        return head.body();
    }

    @Override
    boolean preliminary(RequestHead head) {
        return false;
    }

    @Override
    boolean opensTunnel(RequestHead head) {
        return false;
    }
}
