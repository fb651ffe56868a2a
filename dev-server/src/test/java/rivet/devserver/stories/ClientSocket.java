package rivet.devserver.stories;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A client's WebSocket, and what it heard last. */
final class ClientSocket implements WebSocket.Listener {

    private static final int SECONDS = 20;

    /** Status and reason, or that there was none. */
    final CompletableFuture<String> closed = new CompletableFuture<>();

    private volatile CompletableFuture<String> heard = new CompletableFuture<>();
    private final WebSocket socket;

    ClientSocket(HttpClient http, URI to) throws Exception {
        var url = URI.create(to.toString().replaceFirst("^http", "ws"));
        socket = http.newWebSocketBuilder().buildAsync(url, this).get(SECONDS, TimeUnit.SECONDS);
    }

    String hears() throws Exception {
        return heard.get(SECONDS, TimeUnit.SECONDS);
    }

    /** @return what is said then */
    String says(String text) throws Exception {
        heard = new CompletableFuture<>();
        var _ = socket.sendText(text, true);
        return hears();
    }

    void abort() {
        socket.abort();
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
