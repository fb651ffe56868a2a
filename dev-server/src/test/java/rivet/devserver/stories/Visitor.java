package rivet.devserver.stories;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client's WebSocket, and all that it hears, one after the other. */
final class Visitor implements WebSocket.Listener, AutoCloseable {

    private static final int SECONDS = 30;

    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final WebSocket socket;

    Visitor(HttpClient http, URI to) throws Exception {
        var url = URI.create(to.toString().replaceFirst("^http", "ws"));
        socket = http.newWebSocketBuilder().buildAsync(url, this).get(SECONDS, TimeUnit.SECONDS);
    }

    void says(String text) throws Exception {
        socket.sendText(text, true).get(SECONDS, TimeUnit.SECONDS);
    }

    String hears() throws Exception {
        return String.valueOf(heard.poll(SECONDS, TimeUnit.SECONDS));
    }

    String asks(String text) throws Exception {
        says(text);
        return hears();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        heard.add(text.toString());
        from.request(1);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        heard.add("closed " + code + " " + reason);
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
