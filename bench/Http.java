import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One request on one connection, read to its end: no client's pooling or threads in what is measured. */
final class Http {

    record Reply(int status, String body) {}

    static Reply get(int port, String path) throws IOException {
        return send(port, "GET", path, "");
    }

    /** @param host whose name is sent */
    static Reply get(int port, String path, String host) throws IOException {
        return send(port, "GET", path, host, "");
    }

    static Reply send(int port, String method, String path, String body) throws IOException {
        return send(port, method, path, "127.0.0.1:" + port, body);
    }

    private static Reply send(int port, String method, String path, String host, String body) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            var request = "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(method, path, host, body.getBytes(StandardCharsets.UTF_8).length, body);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Reply parse(String reply) throws IOException {
        var end = reply.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("cut short: '" + reply + "'");
        }
        var head = reply.substring(0, end).toLowerCase();
        var body = reply.substring(end + 4);
        var status = Integer.parseInt(head.substring(9, 12));
        return new Reply(status, head.contains("transfer-encoding: chunked") ? unchunk(body) : body);
    }

    private static String unchunk(String body) {
        var text = new StringBuilder();
        for (int at = 0; ; ) {
            var line = body.indexOf("\r\n", at);
            var size = Integer.parseInt(body.substring(at, line).strip(), 16);
            if (size == 0) {
                return text.toString();
            }
            text.append(body, line + 2, line + 2 + size);
            at = line + 2 + size + 2;
        }
    }

    private Http() {}
}
