package rivet.agent.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import rivet.agent.proxy.http.HeadParser.Progress;

/** What our grammar takes some bytes for: no request, not yet one, or this one. */
sealed interface Reading {

    record Refused(String why) implements Reading {}

    /** More would have to come. */
    record Incomplete() implements Reading {}

    /** The first request in them. @param forwarded the bytes that the actor gets, but for the ray id */
    record Accepted(String method, String target, String host, String forwarded) implements Reading {}

    /** As somebody else reads what was forwarded. @param body without its chunks */
    record Request(String method, String target, String host, String body) {}

    /** As a connection would that gets the bytes in pieces of this size. */
    static Reading of(byte[] bytes, int piece) {
        var parser = new HeadParser<>(new RequestHead(), new HeadLimits(32 * 1024, 128, 8 * 1024));
        ByteBuf all = Unpooled.wrappedBuffer(bytes);
        var progress = Progress.MORE;
        while (progress == Progress.MORE && all.isReadable()) {
            ByteBuf some = all.slice(all.readerIndex(), Math.min(piece, all.readableBytes()));
            progress = parser.feed(some);
            all.skipBytes(some.readerIndex());
        }
        return switch (progress) {
            case MORE -> new Incomplete();
            case REFUSED -> new Refused(parser.refusal().message());
            case DONE -> body(parser.head(), all, piece);
        };
    }

    private static Reading body(RequestHead head, ByteBuf rest, int piece) {
        if (head.method() == Method.CONNECT || head.method() == Method.TRACE) {
            return new Refused("The method is not served.");
        }
        Body body = head.body();
        StringBuilder sent = new StringBuilder();
        while (!body.done() && rest.isReadable()) {
            int many = body.take(rest.slice(rest.readerIndex(), Math.min(piece, rest.readableBytes())));
            if (many == Body.BROKEN) {
                return new Refused("The chunks are malformed.");
            }
            sent.append(rest.readCharSequence(many, StandardCharsets.ISO_8859_1));
        }
        return body.done() ? accepted(head, sent) : new Incomplete();
    }

    private static Reading accepted(RequestHead head, StringBuilder body) {
        int from = head.targetFrom();
        var writer = new HeadWriter();
        RequestWriter.write(
                writer,
                head,
                new Onward(
                        from,
                        from,
                        from,
                        "127.0.0.1",
                        false,
                        Onward.Earlier.DROPPED,
                        new RayId(0, 0),
                        true,
                        Shown.NOTHING));
        String target = text(head, from, head.targetTo());
        return new Accepted(
                text(head, head.methodFrom(), head.methodTo()),
                target.startsWith("/") || target.equals("*") ? target : "/" + target,
                head.host() < 0 ? "localhost" : head.value(head.host()),
                writer + body.toString());
    }

    private static String text(RequestHead head, int from, int to) {
        return new String(head.bytes(), from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** Every request in the bytes as an HTTP library reads them that is not ours. */
    static List<Request> byOthers(byte[] bytes) {
        var channel = new EmbeddedChannel(new HttpRequestDecoder(), new HttpObjectAggregator(1 << 20));
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        channel.finish();
        List<Request> found = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            found.add(request((FullHttpRequest) message));
            ReferenceCountUtil.release(message);
        }
        return found;
    }

    private static Request request(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return new Request(
                    "", "", "", "not read: " + request.decoderResult().cause());
        }
        return new Request(
                request.method().name(),
                request.uri(),
                String.join(" and ", request.headers().getAll("host")),
                request.content().toString(StandardCharsets.ISO_8859_1));
    }
}
