package rivet.cli.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pause;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;

/** Requests and answers; everything that is not a 2xx becomes a {@link Failure} that says what to do. */
final class Transport implements AutoCloseable {

    private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(5);
    private static final Duration PROBE_DEADLINE = Duration.ofSeconds(5);
    /** Longer than the server waits for an actor to start, so that its own answer arrives. */
    private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(3);
    /** A part of an upload is at most 100 MiB. */
    private static final Duration UPLOAD_DEADLINE = Duration.ofMinutes(15);

    /** Of a request that does nothing again when it is repeated, in all. */
    private static final int MOST_TRIES = 5;

    private static final Set<String> REPEATABLE = Set.of("GET", "PUT", "DELETE");
    private static final long MOST_SECONDS = 5;

    private static final String EVENT_DATA = "data:";

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_DEADLINE)
            .build();
    private final URI endpoint;
    private final @Nullable String token;
    private final Map<String, String> tenancy;
    private final String startCommand;

    Transport(URI endpoint, @Nullable String token, Map<String, String> tenancy, String startCommand) {
        this.endpoint = endpoint;
        this.token = token;
        this.tenancy = tenancy;
        this.startCommand = startCommand;
    }

    URI endpoint() {
        return endpoint;
    }

    boolean answers(String path) {
        try {
            send(request(path, Map.of()).timeout(PROBE_DEADLINE).GET().build());
            return true;
        } catch (Failure e) {
            return e.exit() != ExitCode.UNREACHABLE;
        }
    }

    /** @param body absent: none */
    <T> T call(String method, String path, Map<String, String> query, @Nullable Object body, Class<T> type) {
        return read(
                sendUntilServed(request(path, query).method(method, json(body)).build()), type);
    }

    void call(String method, String path, Map<String, String> query, @Nullable Object body) {
        sendUntilServed(request(path, query).method(method, json(body)).build());
    }

    /** The data of server-sent events, as they come, until the connection ends. */
    Stream<String> events(String path, Map<String, String> query) {
        var request = request(path, query)
                .setHeader("Accept", "text/event-stream")
                .GET()
                .build();
        var response = exchange(request, BodyHandlers.ofInputStream());
        if (response.statusCode() / 100 != 2) {
            throw Refusals.failure(response, all(response.body()));
        }
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))
                .lines()
                .filter(line -> line.startsWith(EVENT_DATA))
                .map(line -> line.substring(EVENT_DATA.length()).strip());
    }

    /** The URL carries its own right to write, so our token stays at home. */
    void put(String url, BodyPublisher bytes) {
        send(HttpRequest.newBuilder(endpoint.resolve(url))
                .timeout(UPLOAD_DEADLINE)
                .header("Content-Type", "application/octet-stream")
                .PUT(bytes)
                .build());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String path, Map<String, String> query) {
        var builder = HttpRequest.newBuilder(URI.create(base() + path + queryString(query)))
                .timeout(ANSWER_DEADLINE)
                .header("Accept", "application/json")
                .header("Content-Type", "application/json");
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        return builder;
    }

    private String base() {
        var text = endpoint.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private String queryString(Map<String, String> query) {
        var all = new LinkedHashMap<>(tenancy);
        all.putAll(query);
        return all.isEmpty()
                ? ""
                : all.entrySet().stream()
                        .map(entry ->
                                entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static byte[] all(InputStream body) {
        try (body) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BodyPublisher json(@Nullable Object body) {
        return body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(Wire.JSON.writeValueAsBytes(body));
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        return succeeded(exchange(request, BodyHandlers.ofByteArray()));
    }

    /** A server that is too busy just now says when to come again; who asks for nothing twice does that. */
    private HttpResponse<byte[]> sendUntilServed(HttpRequest request) {
        for (int tries = 1; ; tries++) {
            var response = exchange(request, BodyHandlers.ofByteArray());
            var pause = pause(request, response);
            if (pause.isEmpty() || tries == MOST_TRIES) {
                return succeeded(response);
            }
            Pause.of(pause.get());
        }
    }

    /** A little longer than told, and not the same for all who were told the same; empty where it is no use to come again. */
    private static Optional<Duration> pause(HttpRequest request, HttpResponse<?> response) {
        if (response.statusCode() != 503 || !REPEATABLE.contains(request.method())) {
            return Optional.empty();
        }
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,9}"))
                .map(seconds -> Math.min(Long.parseLong(seconds), MOST_SECONDS) * 1000)
                .map(millis ->
                        Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(1 + millis / 2)));
    }

    private static HttpResponse<byte[]> succeeded(HttpResponse<byte[]> response) {
        if (response.statusCode() / 100 != 2) {
            throw Refusals.failure(response, response.body());
        }
        return response;
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (ConnectException | HttpConnectTimeoutException e) {
            throw unreachable("no control plane answers at " + endpoint);
        } catch (HttpTimeoutException e) {
            throw unreachable("the control plane at %s has not answered in time".formatted(endpoint));
        } catch (IOException e) {
            throw unreachable(
                    "the connection to the control plane at %s broke: %s".formatted(endpoint, e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted");
        }
    }

    private <T> T read(HttpResponse<byte[]> response, Class<T> type) {
        try {
            return Wire.JSON.readValue(response.body(), type);
        } catch (JacksonException e) {
            throw new Failure(
                    ExitCode.FAILED,
                    "BAD_ANSWER",
                    "%s does not speak our API: %s".formatted(endpoint, e.getOriginalMessage()));
        }
    }

    private Failure unreachable(String message) {
        return new Failure(ExitCode.UNREACHABLE, "SERVER_UNREACHABLE", message)
                .withRemedy("start one with '%s', or name another with RIVET_ENDPOINT".formatted(startCommand));
    }
}
