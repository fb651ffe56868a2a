package rivet.devserver.stories;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** A client that asks the same again until it is answered, as each does that has to do with machines. Thread-safe. */
final class PersistentClient implements AutoCloseable {

    private static final Duration ONE_TRY = Duration.ofSeconds(10);
    private static final Duration ALL_TRIES = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int FIRST_FAULT_OF_A_SERVER = 500;

    private final HttpClient http = HttpClient.newHttpClient();

    /** @return the first answer that is not the server's fault */
    HttpResponse<String> send(String method, URI uri, String body) throws Exception {
        long giveUp = System.nanoTime() + ALL_TRIES.toNanos();
        Object last = "nothing";
        while (System.nanoTime() < giveUp) {
            try {
                var reply = http.send(
                        HttpRequest.newBuilder(uri)
                                .timeout(ONE_TRY)
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (reply.statusCode() < FIRST_FAULT_OF_A_SERVER) {
                    return reply;
                }
                last = reply.statusCode() + " " + reply.body();
            } catch (IOException e) {
                last = e;
            }
            Thread.sleep(PAUSE);
        }
        throw new TimeoutException("%s %s: %s".formatted(method, uri, last));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
