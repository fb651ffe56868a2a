package rivet.agent.supervise;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import rivet.protocol.Health;

/** Asks an actor itself how it is, beside the proxy. */
final class HttpProbe {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final HttpRequest request;
    private final String name;

    /** @param port where the actor listens */
    HttpProbe(Health.HttpCheck check, int port) {
        var host = InetAddress.getLoopbackAddress().getHostAddress();
        this.request = HttpRequest.newBuilder(URI.create("http://%s:%d%s".formatted(host, port, check.path())))
                .timeout(PATIENCE)
                .header("User-Agent", "rivet-health")
                .build();
        this.name = "GET %s of port '%s'".formatted(check.path(), check.port());
    }

    /** @return completes with what is wrong, for people; empty: it answered with 2xx */
    CompletableFuture<Optional<String>> ask() {
        return Client.HTTP
                .sendAsync(request, BodyHandlers.discarding())
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(reply -> reply.statusCode() / 100 == 2
                        ? Optional.<String>empty()
                        : Optional.of("%s was answered with %d".formatted(name, reply.statusCode())))
                .exceptionally(
                        _ -> Optional.of("%s was not answered within %d ms".formatted(name, PATIENCE.toMillis())));
    }

    /** Made when the first actor has such a check. */
    private static final class Client {
        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }
}
