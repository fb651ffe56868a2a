package rivet.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sends calls: where to, how often, how long, and what an answer that is an error means. */
final class Transport implements AutoCloseable {

    private static final long LARGEST_ANSWER = 16 << 20;
    private static final String USER_AGENT = "rivet-java/0.1";

    private final Settings settings;
    private final HttpClient http;
    private volatile boolean closed;

    Transport(Settings settings) {
        this.settings = settings;
        this.http = HttpClient.newBuilder()
                .connectTimeout(settings.connectTimeout())
                // A redirect could carry the token elsewhere.
                .followRedirects(HttpClient.Redirect.NEVER)
                // In the clear an upgrade to HTTP/2 would be tried with every first request; it gains nothing here.
                .version(isTls(settings.endpoint()) ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .build();
    }

    Settings settings() {
        return settings;
    }

    /** Sends a call whose answer says nothing. */
    void send(Call call) {
        answer(() -> request(call), call.repeatable(), settings.callTimeout(), new Cancellation());
    }

    <T> T send(Call call, Class<T> answer) {
        return send(call, answer, settings.callTimeout(), new Cancellation());
    }

    /**
     * @param timeout for all attempts together
     * @throws CancellationException if it was cancelled, or the thread interrupted
     */
    <T> T send(Call call, Class<T> answer, Duration timeout, Cancellation cancellation) {
        var response = answer(() -> request(call), call.repeatable(), timeout, cancellation);
        try {
            return Json.read(response.body(), answer);
        } catch (Json.Unreadable e) {
            var message = "the answer to %s could not be understood: %s".formatted(call, e.getMessage());
            throw new RivetException.ServerFault(
                    new RivetException.Failure("CLIENT_BAD_ANSWER", message, ray(response), response.statusCode()), e);
        }
    }

    /** Sends bytes to a signed URL, which is all the right that it needs: the token is not for whoever is there. */
    void put(URI url, Supplier<BodyPublisher> bytes) {
        var target = settings.endpoint().resolve(url);
        answer(
                () -> HttpRequest.newBuilder(target)
                        .header("User-Agent", USER_AGENT)
                        .PUT(bytes.get())
                        .build(),
                true,
                settings.callTimeout(),
                new Cancellation());
    }

    /** Opens a stream that ends when the server, or whoever closes it, ends it; one attempt. */
    HttpResponse<InputStream> open(Call call, @Nullable String lastEventId, Cancellation cancellation) {
        var request = request(call, "text/event-stream");
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        var response = attempt(request.build(), BodyHandlers.ofInputStream(), settings.callTimeout(), cancellation);
        if (isSuccess(response)) {
            return response;
        }
        try (var body = response.body()) {
            throw Refusals.of(response.statusCode(), response.headers(), body.readNBytes((int) LARGEST_ANSWER));
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public void close() {
        closed = true;
        http.shutdownNow();
    }

    private HttpResponse<byte[]> answer(
            Supplier<HttpRequest> request, boolean repeatable, Duration timeout, Cancellation cancellation) {
        long end = System.nanoTime() + timeout.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return accepted(attempt(
                        request.get(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER),
                        left(end),
                        cancellation));
            } catch (RivetException e) {
                var pause = repeatable ? settings.retryPolicy().pauseAfter(attempt, e) : Optional.<Duration>empty();
                // What would be over before the next attempt is over now.
                if (pause.isEmpty() || pause.get().compareTo(left(end)) >= 0) {
                    throw e;
                }
                pause(pause.get(), cancellation);
            }
        }
    }

    private <T> HttpResponse<T> attempt(
            HttpRequest request, BodyHandler<T> handler, Duration timeout, Cancellation cancellation) {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        var response = http.sendAsync(request, handler);
        cancellation.guards(response);
        try {
            return response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            response.cancel(true);
            throw timedOut(request);
        } catch (InterruptedException _) {
            response.cancel(true);
            throw interrupted();
        } catch (ExecutionException e) {
            throw failed(e, cancellation);
        }
    }

    private RuntimeException failed(ExecutionException e, Cancellation cancellation) {
        if (cancellation.isCancelled() || closed) {
            return new CancellationException("closed");
        }
        return e.getCause() instanceof IOException io ? unreachable(io) : new IllegalStateException(e.getCause());
    }

    void pause(Duration duration, Cancellation cancellation) {
        try {
            settings.pauses().pause(duration, cancellation);
        } catch (InterruptedException _) {
            throw interrupted();
        }
    }

    private HttpRequest request(Call call) {
        return request(call, "application/json").build();
    }

    private HttpRequest.Builder request(Call call, String accept) {
        var request = HttpRequest.newBuilder(uri(call))
                .header("Accept", accept)
                .header("User-Agent", USER_AGENT)
                .method(call.method(), body(call));
        if (call.body() != null) {
            request.header("Content-Type", "application/json");
        }
        if (call.idempotencyKey() != null) {
            request.header("Idempotency-Key", call.idempotencyKey());
        }
        if (settings.token() != null) {
            request.header("Authorization", "Bearer " + settings.token());
        }
        return request;
    }

    private static BodyPublisher body(Call call) {
        return call.body() == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(Json.bytes(call.body()));
    }

    private URI uri(Call call) {
        var query = new LinkedHashMap<String, String>();
        var scope = settings.scope();
        if (scope != null) {
            query.put("project", scope.project());
            query.put("environment", scope.environment());
        }
        query.putAll(call.query());
        var base = settings.endpoint().toString().replaceFirst("/+$", "");
        return URI.create(base + call.path() + (query.isEmpty() ? "" : "?" + encoded(query)));
    }

    private static String encoded(Map<String, String> query) {
        return query.entrySet().stream()
                .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    /** For queries and for parts of a path: nothing in it can become a separator. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static HttpResponse<byte[]> accepted(HttpResponse<byte[]> response) {
        if (isSuccess(response)) {
            return response;
        }
        throw Refusals.of(response.statusCode(), response.headers(), response.body());
    }

    private static boolean isSuccess(HttpResponse<?> response) {
        return response.statusCode() / 100 == 2;
    }

    private static boolean isTls(URI endpoint) {
        return endpoint.getScheme().toLowerCase(Locale.ROOT).equals("https");
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    private static @Nullable String ray(HttpResponse<?> response) {
        return response.headers().firstValue("rvt-ray-id").orElse(null);
    }

    private RivetException unreachable(IOException e) {
        var why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        var message = "no answer from %s: %s".formatted(settings.endpoint(), why);
        return new RivetException.Unavailable(RivetException.Failure.ofClient("CLIENT_UNREACHABLE", message), null, e);
    }

    private static RivetException timedOut(HttpRequest request) {
        var message = "no answer to %s %s in time"
                .formatted(request.method(), request.uri().getPath());
        return new RivetException.TimedOut(RivetException.Failure.ofClient("CLIENT_TIMEOUT", message));
    }

    private static CancellationException interrupted() {
        Thread.currentThread().interrupt();
        return new CancellationException("the thread was interrupted");
    }
}
