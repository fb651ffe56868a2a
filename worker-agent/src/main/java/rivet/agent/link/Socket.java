package rivet.agent.link;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One WebSocket of text messages, from connect to close; knows how long it has been silent, and does not reconnect. */
final class Socket implements WebSocket.Listener {

    /** Stays below the frame size that most servers take, also where each character is three bytes. */
    private static final int FRAME_CHARACTERS = 16 * 1024;

    /** A set of tens of thousands of actors; more is a fault. */
    private static final int LONGEST_MESSAGE = 64 << 20;

    private final Receiver receiver;
    private final StringBuilder message = new StringBuilder();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private volatile long lastHeard = System.nanoTime();
    private @Nullable WebSocket socket;

    private Socket(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Called on one thread after the other, never on two. */
    interface Receiver {

        void message(String text);

        void ended();
    }

    static Socket connect(HttpClient client, URI controlPlane, LinkSettings settings, Receiver receiver)
            throws IOException, InterruptedException {
        var listener = new Socket(receiver);
        var connecting = client.newWebSocketBuilder()
                .header("Authorization", settings.authorization())
                .connectTimeout(LinkSettings.CONNECT_TIMEOUT)
                .buildAsync(LinkSettings.socket(controlPlane, "/link"), listener);
        listener.socket = await(connecting, 2 * LinkSettings.CONNECT_TIMEOUT.toMillis());
        return listener;
    }

    void send(String text) throws IOException, InterruptedException {
        for (int from = 0; from < text.length(); ) {
            int to = frameEnd(text, from);
            await(open().sendText(text.substring(from, to), to == text.length()), sendTimeoutMs());
            from = to;
        }
    }

    void ping() throws IOException, InterruptedException {
        await(open().sendPing(ByteBuffer.allocate(0)), sendTimeoutMs());
    }

    long silentNanos() {
        return System.nanoTime() - lastHeard;
    }

    /** Absent while it is open. */
    @Nullable
    String ended() {
        return end.getNow(null);
    }

    /** Says goodbye, waits a little for that to leave, and closes. */
    void close() throws InterruptedException {
        try {
            await(open().sendClose(WebSocket.NORMAL_CLOSURE, ""), sendTimeoutMs());
        } catch (IOException _) {
            // It is closed already, which is what we want.
        }
        abort();
    }

    void abort() {
        open().abort();
        end("aborted");
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        lastHeard = System.nanoTime();
        message.append(data);
        if (message.length() > LONGEST_MESSAGE) {
            end("a message longer than %d characters came".formatted(LONGEST_MESSAGE));
            webSocket.abort();
            return CompletableFuture.completedFuture(null);
        }
        if (last) {
            var text = message.toString();
            message.setLength(0);
            receiver.message(text);
        }
        webSocket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer payload) {
        return heard(webSocket);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer payload) {
        return heard(webSocket);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
        end("closed by the control plane: %d %s".formatted(code, reason));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        end("failed: " + error);
    }

    private CompletionStage<?> heard(WebSocket webSocket) {
        lastHeard = System.nanoTime();
        webSocket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    private void end(String why) {
        if (end.complete(why)) {
            receiver.ended();
        }
    }

    private WebSocket open() {
        return Objects.requireNonNull(socket);
    }

    /** Never between the two halves of one character. */
    private static int frameEnd(String text, int from) {
        int to = Math.min(text.length(), from + FRAME_CHARACTERS);
        return to < text.length() && Character.isHighSurrogate(text.charAt(to - 1)) ? to - 1 : to;
    }

    private static long sendTimeoutMs() {
        return LinkSettings.SEND_TIMEOUT.toMillis();
    }

    static <T> T await(CompletableFuture<T> future, long atMostMs) throws IOException, InterruptedException {
        try {
            return future.get(atMostMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new IOException("no progress within %d ms".formatted(atMostMs), e);
        }
    }
}
