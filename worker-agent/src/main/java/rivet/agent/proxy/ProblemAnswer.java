package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.Accepted;
import rivet.agent.proxy.http.Method;
import rivet.agent.proxy.http.RayId;
import rivet.agent.proxy.http.RequestHead;
import rivet.protocol.Wire;
import rivet.protocol.api.ProblemView;

/** A {@link Problem} as an answer: JSON, or a page for people. */
final class ProblemAnswer {

    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(410, "Gone"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(421, "Misdirected Request"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"),
            Map.entry(505, "HTTP Version Not Supported"));

    private ProblemAnswer() {}

    /** The whole answer to a request, or to something that is none and has no head. */
    static ByteBuf of(
            ByteBufAllocator allocator, Problem problem, RayId ray, @Nullable RequestHead request, boolean kept) {
        return of(allocator, problem, ray, request, connection(request, kept));
    }

    /** As an answer to another agent's proxy, which is told that it does not come from the actor. */
    static ByteBuf toAgent(
            ByteBufAllocator allocator, Problem problem, RayId ray, @Nullable RequestHead request, boolean kept) {
        return of(allocator, problem, ray, request, connection(request, kept) + HopFields.causeLine(problem));
    }

    private static ByteBuf of(
            ByteBufAllocator allocator, Problem problem, RayId ray, @Nullable RequestHead request, String more) {
        boolean html = request != null && request.accept() >= 0 && Accepted.html(request.value(request.accept()));
        byte[] body = (html ? page(problem, ray) : json(problem, ray)).getBytes(StandardCharsets.UTF_8);
        byte[] head = head(problem, ray, html, body.length, more).getBytes(StandardCharsets.US_ASCII);
        ByteBuf out = allocator.directBuffer(head.length + body.length).writeBytes(head);
        return request != null && request.method() == Method.HEAD ? out : out.writeBytes(body);
    }

    private static String connection(@Nullable RequestHead request, boolean kept) {
        if (!kept) {
            return "connection: close\r\n";
        }
        return request != null && request.http10() ? "connection: keep-alive\r\n" : "";
    }

    private static String head(Problem problem, RayId ray, boolean html, int length, String more) {
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ").append(problem.status()).append(' ').append(reason(problem));
        head.append("\r\ncontent-type: ").append(html ? "text/html; charset=utf-8" : "application/json");
        head.append("\r\ncontent-length: ").append(length);
        head.append("\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n");
        if (problem.retryAfterSeconds() > 0) {
            head.append("retry-after: ").append(problem.retryAfterSeconds()).append("\r\n");
        }
        if (problem.status() == 405) {
            head.append("allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
        }
        if (problem.status() == 401) {
            head.append("www-authenticate: Bearer realm=\"rivet\"\r\n");
        }
        head.append(more);
        head.append(RayId.FIELD).append(": ").append(ray).append("\r\n\r\n");
        return head.toString();
    }

    private static String json(Problem problem, RayId ray) {
        return Wire.JSON.writeValueAsString(new ProblemView(
                problem.code(),
                problem.message(),
                ray.toString(),
                null,
                problem.metadata().isEmpty() ? null : problem.metadata()));
    }

    private static String page(Problem problem, RayId ray) {
        return """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>%1$d %2$s</title></head>
            <body style="font-family: system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
            <h1>%2$s</h1>
            <p>%3$s</p>
            <p><code>%4$s</code></p>
            <p><small>ray <code>%5$s</code></small></p>
            </body>
            </html>
            """.formatted(problem.status(), reason(problem), escaped(problem.message()), problem.code(), ray);
    }

    private static String reason(Problem problem) {
        return REASONS.getOrDefault(problem.status(), "Error");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
