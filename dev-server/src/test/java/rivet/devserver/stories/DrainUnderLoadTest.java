package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.devserver.TwoAgents;
import rivet.devserver.TwoAgents.RunningAgent;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** A machine is emptied while its actor is used: no request fails, and sockets hear why they end. */
class DrainUnderLoadTest {

    private static final int CALLERS_EACH = 4;
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path work = Path.of("");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger oldOnes = new AtomicInteger();
    private final AtomicInteger newOnes = new AtomicInteger();
    private volatile boolean calling = true;

    private TwoAgents both;

    @BeforeEach
    void start() throws Exception {
        both = TwoAgents.start(work);
    }

    @AfterEach
    void stop() throws Exception {
        http.close();
        both.close();
    }

    @Test
    void no_request_fails_and_sockets_are_told() throws Exception {
        var actor = both.createReady();
        var drained = both.owner(actor);
        var stays = both.other(drained);
        var sockets = List.of(new Socket(drained, actor), new Socket(stays, actor));
        for (var socket : sockets) {
            assertThat(socket.says("hello")).isEqualTo("hello");
        }
        var callers = new ArrayList<Thread>();
        for (int i = 0; i < CALLERS_EACH; i++) {
            callers.add(Thread.startVirtualThread(() -> call(drained.url(actor, "/"))));
            callers.add(Thread.startVirtualThread(() -> call(stays.url(actor, "/"))));
        }
        await().atMost(SOON).until(() -> oldOnes.get() > 100);

        var asked = both.send("POST", "/agents/" + drained.agentId() + "/drain", "{}");

        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(200);
        await().atMost(SOON).until(() -> newOnes.get() > 100);
        calling = false;
        for (var caller : callers) {
            caller.join();
        }
        assertThat(failures).isEmpty();
        assertThat(stays.runs(actor)).isTrue();
        for (var socket : sockets) {
            assertThat(socket.closed.get(60, TimeUnit.SECONDS)).isEqualTo("1012 actor_ended");
        }
    }

    private void call(URI url) {
        while (calling) {
            try {
                var reply = http.send(
                        HttpRequest.newBuilder(url).timeout(SOON).build(), HttpResponse.BodyHandlers.ofString());
                note(url, reply);
            } catch (Exception e) {
                failures.add("%s: %s".formatted(url, e));
            }
        }
    }

    private void note(URI url, HttpResponse<String> reply) {
        if (reply.statusCode() != 200) {
            failures.add("%s: %d %s".formatted(url, reply.statusCode(), reply.body()));
        } else if (Wire.JSON.readTree(reply.body()).get("generation").intValue() == 1) {
            oldOnes.incrementAndGet();
        } else {
            newOnes.incrementAndGet();
        }
    }

    private final class Socket implements WebSocket.Listener {

        final CompletableFuture<String> closed = new CompletableFuture<>();
        private final CompletableFuture<String> heard = new CompletableFuture<>();
        private final WebSocket socket;

        Socket(RunningAgent through, JsonNode actor) throws Exception {
            var url = URI.create(through.url(actor, "/").toString().replaceFirst("^http", "ws"));
            socket = http.newWebSocketBuilder().buildAsync(url, this).get(20, TimeUnit.SECONDS);
        }

        String says(String text) throws Exception {
            var _ = socket.sendText(text, true);
            return heard.get(20, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            heard.complete(text.toString());
            from.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code + " " + reason);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete("without a word: " + error);
        }
    }
}
