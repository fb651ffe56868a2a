package rivet.agent.proxy.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** HAProxy or nginx on a free port, in front of an upstream that says in its answer what it was sent. */
final class Peer implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 400;
    private static final Pattern RECEIVED = Pattern.compile("(?i)x-received: (\\S*)");

    /** @param verdict as in {@link Verdicts} @param received what reached the upstream, where it is known */
    record Outcome(char verdict, Optional<byte[]> received) {}

    private final Process process;
    private final int port;

    private Peer(int port, String... command) throws IOException {
        this.port = port;
        this.process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Awaitility.await().until(() -> {
            try (Socket _ = connect()) {
                return true;
            } catch (IOException _) {
                return false;
            }
        });
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static Peer nginx(Path folder, int upstream) throws IOException {
        int port = freePort();
        Path file = Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; pid %1$s/pid; error_log %1$s/error crit;
                events { worker_connections 4096; }
                http {
                  access_log off; client_header_buffer_size 32k; large_client_header_buffers 8 32k;
                  client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                  server {
                    listen 127.0.0.1:%2$d default_server;
                    location / { proxy_pass http://127.0.0.1:%3$d; proxy_http_version 1.1; proxy_set_header Host $http_host; }
                  }
                }
                """.formatted(folder, port, upstream));
        return new Peer(port, "nginx", "-c", file.toString());
    }

    static Peer haproxy(Path folder, int upstream) throws IOException {
        int port = freePort();
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), """
                global
                  maxconn 8192
                  tune.bufsize 65536
                  tune.http.maxhdr 200
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 5s
                  timeout server 5s
                frontend in
                  bind 127.0.0.1:%d
                  default_backend upstream
                backend upstream
                  server one 127.0.0.1:%d
                """.formatted(port, upstream));
        return new Peer(port, "haproxy", "-db", "-f", file.toString());
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    Outcome ask(byte[] request) throws IOException {
        try (Socket socket = connect()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request);
            return outcome(read(socket.getInputStream()));
        } catch (SocketTimeoutException _) {
            return new Outcome('W', Optional.empty());
        } catch (IOException _) {
            return new Outcome('R', Optional.empty()); // a reset, before or after an answer
        }
    }

    private static Outcome outcome(String answer) {
        Matcher received = RECEIVED.matcher(answer);
        if (received.find()) {
            return new Outcome('A', Optional.of(Base64.getDecoder().decode(received.group(1))));
        }
        boolean headless = answer.startsWith("served"); // HTTP/0.9
        return new Outcome(headless ? 'A' : 'R', Optional.empty());
    }

    /** The first final answer's head; a 100 before it is passed over. */
    private static String read(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            text.append((char) b);
            if (text.indexOf("\r\n\r\n") > 0 && text.indexOf("\r\n\r\n") == text.length() - 4) {
                if (!text.toString().startsWith("HTTP/1.1 100")) {
                    break;
                }
                text.setLength(0);
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    /** Answers each request with what it was. */
    static ServerSocket upstream() throws IOException {
        ServerSocket server = new ServerSocket(0, 1_000, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException _) {
                    return;
                }
            }
        });
        return server;
    }

    private static void serve(Socket socket) {
        try (socket) {
            String request = readRequest(socket.getInputStream());
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nX-Received: %s\r\nContent-Length: 6\r\nConnection: close\r\n\r\nserved"
                            .formatted(
                                    Base64.getEncoder().encodeToString(request.getBytes(StandardCharsets.ISO_8859_1)))
                            .getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException | NumberFormatException _) {
            // The proxy gave up, as it may, or the body would be endless.
        }
    }

    private static String readRequest(InputStream in) throws IOException {
        StringBuilder request = new StringBuilder();
        while (request.length() < 4 || !request.substring(request.length() - 4).equals("\r\n\r\n")) {
            request.append(next(in));
        }
        String head = request.toString().toLowerCase(java.util.Locale.ROOT);
        Matcher length = Pattern.compile("\r\ncontent-length: *([0-9]+)").matcher(head);
        if (head.contains("\r\ntransfer-encoding:")) {
            chunks(in, request);
        } else if (length.find()) {
            for (int left = Integer.parseInt(length.group(1)); left > 0; left--) {
                request.append(next(in));
            }
        }
        return request.toString();
    }

    private static void chunks(InputStream in, StringBuilder request) throws IOException {
        String line = line(in, request);
        while (!line.startsWith("0")) {
            for (int left = Integer.parseInt(line.split(";", 2)[0].trim(), 16) + 2; left > 0; left--) {
                request.append(next(in));
            }
            line = line(in, request);
        }
        while (!line.isEmpty()) {
            line = line(in, request);
        }
    }

    private static String line(InputStream in, StringBuilder request) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < 2 || !line.substring(line.length() - 2).equals("\r\n")) {
            line.append(next(in));
        }
        request.append(line);
        return line.substring(0, line.length() - 2);
    }

    private static char next(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new java.io.EOFException();
        }
        return (char) b;
    }
}
