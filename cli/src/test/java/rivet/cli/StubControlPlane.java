package rivet.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** Says what it was told to say, and remembers what it was asked. Written by hand, over a real socket. */
public final class StubControlPlane implements AutoCloseable {

    public static final String ACTOR = "11111111-1111-4111-8111-111111111111";
    public static final String BUILD = "22222222-2222-4222-8222-222222222222";

    private static final Pattern CONTENT_LENGTH = Pattern.compile("\"content_length\":(\\d+)");

    private final HttpServer server;
    private final List<Request> requests = new ArrayList<>();
    private final Map<String, Deque<Answer>> answers = new HashMap<>();
    private final Map<String, Runnable> changes = new HashMap<>();

    public StubControlPlane(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** @param target path and query as sent */
    public record Request(String method, String target, String body, Map<String, List<String>> headers) {

        @Override
        public String toString() {
            return body.isEmpty() ? method + " " + target : method + " " + target + " " + body;
        }
    }

    private record Answer(int status, String body) {}

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Answers in the order told; the last one again and again. @param call {@code GET /actors}, without the query */
    public synchronized StubControlPlane answer(String call, int status, String body) {
        answers.computeIfAbsent(call, _ -> new ArrayDeque<>())
                .add(new Answer(status, body.replace("{{uri}}", uri().toString())));
        return this;
    }

    /** Forgets what was told of this call before. */
    public synchronized StubControlPlane instead(String call, int status, String body) {
        answers.remove(call);
        return answer(call, status, body);
    }

    /** From the first such call on, answers another one so. */
    public synchronized StubControlPlane after(String first, String call, int status, String body) {
        changes.put(first, () -> {
            answers.put(call, new ArrayDeque<>());
            answer(call, status, body);
        });
        return this;
    }

    /** Answers with one part, as long as the file that the request tells of. */
    public StubControlPlane preparing(String call, String build) {
        return answer(call, 200, """
                {"build": "%s", "presigned_requests":
                  [{"path": "p", "url": "{{uri}}/parts/1", "byte_offset": 0, "content_length": {{length}}}]}""".formatted(build));
    }

    public synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    public List<String> requestLines() {
        return requests().stream().map(Request::toString).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
        var target = exchange.getRequestURI().toString();
        var call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        var answer = remember(
                new Request(exchange.getRequestMethod(), target, body, Map.copyOf(exchange.getRequestHeaders())), call);
        var length = CONTENT_LENGTH.matcher(body);
        var text = length.find() ? answer.body.replace("{{length}}", length.group(1)) : answer.body;
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("rvt-ray-id", "ray-1");
        if (answer.status == 503) {
            exchange.getResponseHeaders().add("Retry-After", "0");
        }
        exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized Answer remember(Request request, String call) {
        requests.add(request);
        changes.getOrDefault(call, () -> {}).run();
        var told = answers.get(call);
        if (told == null || told.isEmpty()) {
            return new Answer(500, "the stub was not told what to answer to " + call);
        }
        return told.size() == 1 ? told.getFirst() : told.removeFirst();
    }

    /** An actor as the API shows it. */
    public static String actor(String state) {
        return """
                {"id": "%s", "region": "local", "tags": {"name": "counter"},
                 "runtime": {"build": "%s", "environment": {}},
                 "network": {"mode": "bridge", "ports": {"http": {"protocol": "http", "hostname": "127.0.0.1",
                   "url": "http://127.0.0.1:7080/%s-http", "routing": {"guard": {}}}}},
                 "resources": {"cpu": 250, "memory": 256}, "lifecycle": {"kill_timeout": 5000, "durable": false},
                 "state": "%s", "created_at": "2026-01-02T03:04:05Z"%s}""".formatted(
                        ACTOR,
                        BUILD,
                        ACTOR,
                        state,
                        state.equals("destroyed") ? ", \"destroyed_at\": \"2026-01-02T03:05:05Z\"" : "");
    }

    public static String oneActor(String state) {
        return "{\"actor\": " + actor(state) + "}";
    }
}
