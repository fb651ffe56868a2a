package rivet.agent.link;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvWire;

/**
 * The way of actors' stores to the control plane: one socket for many questions at a time, which is opened when one is asked and
 * none is open to the control plane that is spoken with. Thread-safe.
 */
final class StoreLink implements AutoCloseable {

    private static final long CONNECT_MS = 2 * LinkSettings.CONNECT_TIMEOUT.toMillis();

    /** How soon a silence is noticed. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final HttpClient client;
    private final LinkSettings settings;
    private final ControlPlanes controlPlanes;
    private volatile @Nullable Connection current;

    /** Guarded by {@code this}; who asks meanwhile waits for the same. */
    private @Nullable CompletableFuture<Connection> connecting;

    private volatile boolean closed;

    StoreLink(HttpClient client, LinkSettings settings, ControlPlanes controlPlanes) {
        this.client = client;
        this.settings = settings;
        this.controlPlanes = controlPlanes;
    }

    /** Does not wait. @return fails when nobody knows what became of it, about {@link LinkSettings#STORE_TIMEOUT} after it was sent */
    CompletableFuture<byte[]> ask(KvCall.Question question) {
        var connection = current;
        return connection != null && connection.isOpenTo(controlPlanes.current())
                ? connection.ask(question)
                : connected().thenCompose(opened -> opened.ask(question));
    }

    @Override
    public void close() {
        closed = true;
        var connection = current;
        if (connection != null) {
            connection.end("the agent stops");
        }
    }

    private synchronized CompletableFuture<Connection> connected() {
        var shared = connecting;
        if (shared == null || shared.isDone()) {
            shared = CompletableFuture.supplyAsync(
                    this::opened,
                    task -> Thread.ofVirtual().name("kv-connecting").start(task));
            connecting = shared;
        }
        return shared;
    }

    private Connection opened() {
        try {
            return replaced();
        } catch (IOException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    private Connection replaced() throws IOException, InterruptedException {
        var controlPlane = controlPlanes.current();
        var old = current;
        if (old != null) {
            if (old.isOpenTo(controlPlane)) {
                return old;
            }
            old.end("another control plane is spoken with");
        }
        var connection = new Connection(controlPlane);
        connection.open(client, settings);
        current = connection;
        if (closed) {
            connection.end("the agent stops");
        }
        return connection;
    }

    /** @param since on {@link System#nanoTime} */
    private record Waiting(long since, CompletableFuture<byte[]> answer) {

        boolean isLate(long now) {
            return now - since > LinkSettings.STORE_TIMEOUT.toNanos();
        }
    }

    private static final class Connection implements WebSocket.Listener {

        private final URI controlPlane;
        private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
        private final AtomicLong asked = new AtomicLong();

        /** The last frame; guarded by {@code this}. */
        private CompletableFuture<?> sent = CompletableFuture.completedFuture(true);

        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private volatile @Nullable String ended;
        private @Nullable WebSocket socket;

        Connection(URI controlPlane) {
            this.controlPlane = controlPlane;
        }

        void open(HttpClient client, LinkSettings settings) throws IOException, InterruptedException {
            var opening = client.newWebSocketBuilder()
                    .header("Authorization", settings.authorization())
                    .connectTimeout(LinkSettings.CONNECT_TIMEOUT)
                    .buildAsync(LinkSettings.socket(controlPlane, "/link/kv"), this);
            socket = Socket.await(opening, CONNECT_MS);
            Thread.ofVirtual().name("kv-watch").start(this::watch);
        }

        boolean isOpenTo(URI spokenWith) {
            return ended == null && controlPlane.equals(spokenWith);
        }

        CompletableFuture<byte[]> ask(KvCall.Question question) {
            long number = asked.incrementAndGet();
            var answer = new CompletableFuture<byte[]>();
            waiting.put(number, new Waiting(System.nanoTime(), answer));
            var _ = answer.whenComplete((_, _) -> waiting.remove(number));
            send(KvWire.write(new KvCall(number, question)));
            var why = ended;
            if (why != null) { // perhaps before it waited
                answer.completeExceptionally(new IOException(why));
            }
            return answer;
        }

        /** All that wait hear of it; nobody asks here again. */
        void end(String why) {
            if (ended == null) {
                ended = why;
            }
            Objects.requireNonNull(socket).abort();
            waiting.values().forEach(each -> each.answer().completeExceptionally(new IOException(why)));
        }

        /** One look at all of them: a timeout for each would wake another thread twice for each. */
        private void watch() {
            while (ended == null) {
                LockSupport.parkNanos(LOOK_EVERY.toNanos());
                long now = System.nanoTime();
                if (waiting.values().stream().anyMatch(each -> each.isLate(now))) {
                    end("no answer in time");
                }
            }
        }

        /** One after the other, as the socket wants it; who asks does not wait for that. */
        private synchronized void send(byte[] frame) {
            sent = sent.thenCompose(_ -> Objects.requireNonNull(socket)
                            .sendBinary(ByteBuffer.wrap(frame), true)
                            .orTimeout(LinkSettings.SEND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS))
                    .handle((_, failure) -> {
                        if (failure != null) {
                            end("not sent: " + failure);
                        }
                        return failure == null;
                    });
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            var part = new byte[data.remaining()];
            data.get(part);
            message.writeBytes(part);
            if (last) {
                var whole = message.toByteArray();
                message.reset();
                heard(whole);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
            end("closed by the control plane: %d %s".formatted(code, reason));
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            end("failed: " + error);
        }

        private void heard(byte[] whole) {
            try {
                var reply = KvWire.reply(whole);
                var asked = waiting.get(reply.number());
                if (asked == null) {
                    return;
                }
                var answer = asked.answer();
                if (reply.answered()) {
                    answer.complete(reply.bytes().array());
                } else {
                    answer.completeExceptionally(
                            new IOException(new String(reply.bytes().array(), StandardCharsets.UTF_8)));
                }
            } catch (IllegalArgumentException e) {
                end("an answer that cannot be read: " + e.getMessage());
            }
        }
    }
}
