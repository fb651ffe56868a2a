package rivet.agent.link;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import rivet.protocol.Wire;
import rivet.protocol.link.Heartbeat;
import tools.jackson.core.JacksonException;

/** Heartbeats as requests; each has a reply within the time that one may take. */
final class Beats implements AutoCloseable {

    private final HttpClient client;
    private final String authorization;

    Beats(HttpClient client, String authorization) {
        this.client = client;
        this.authorization = authorization;
    }

    /** @param url of the control plane that is asked */
    record Beat(String url, Heartbeat heartbeat) {}

    sealed interface Reply {

        /** @param sent on {@link System#nanoTime} */
        record Answered(Heartbeat to, long sent, Heartbeat.Answer answer) implements Reply {}

        record Silence(Exception cause) implements Reply {}
    }

    /** As they come; for one thread. */
    static final class Replies {

        private final BlockingQueue<Reply> arrived = new LinkedBlockingQueue<>();
        private int open;

        boolean hasNext() {
            return open > 0;
        }

        /** Waits for it. */
        Reply next() throws InterruptedException {
            open--;
            return arrived.take();
        }

        private void await(CompletableFuture<Reply> reply) {
            open++;
            var _ = reply.thenAccept(arrived::add);
        }
    }

    /** All at once. */
    Replies send(List<Beat> beats) {
        var replies = new Replies();
        beats.forEach(beat -> replies.await(send(beat)));
        return replies;
    }

    private CompletableFuture<Reply> send(Beat beat) {
        long sent = System.nanoTime();
        try {
            return client.sendAsync(request(beat), HttpResponse.BodyHandlers.ofString())
                    .orTimeout(LinkSettings.HEARTBEAT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .handle((response, failure) -> reply(beat, sent, response, failure));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(new Reply.Silence(e)); // no URL that a request can go to
        }
    }

    private HttpRequest request(Beat beat) {
        return HttpRequest.newBuilder(LinkSettings.at(beat.url(), "/link/heartbeat"))
                .timeout(LinkSettings.HEARTBEAT_TIMEOUT)
                .header("Authorization", authorization)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Wire.JSON.writeValueAsString(beat.heartbeat())))
                .build();
    }

    private static Reply reply(
            Beat beat, long sent, @Nullable HttpResponse<String> response, @Nullable Throwable failure) {
        if (response == null) {
            return silence(beat, String.valueOf(failure), failure);
        }
        if (response.statusCode() != 200) {
            return silence(beat, "status %d (expected: 200)".formatted(response.statusCode()), null);
        }
        try {
            var answer = Wire.JSON.readValue(response.body(), Heartbeat.Answer.class);
            return new Reply.Answered(beat.heartbeat(), sent, answer);
        } catch (JacksonException e) {
            return silence(beat, e.getOriginalMessage(), e);
        }
    }

    private static Reply silence(Beat beat, String what, @Nullable Throwable cause) {
        var inner = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        return new Reply.Silence(new IOException("%s: %s".formatted(beat.url(), what), inner));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
