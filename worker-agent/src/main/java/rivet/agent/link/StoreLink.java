package rivet.agent.link;

import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import rivet.protocol.kv.KvCall;
import rivet.protocol.kv.KvWire;

/**
 * The way of actors' stores to the control plane: one socket for many questions at a time, which is opened when one is asked and
 * none is open to the control plane that is spoken with. Thread-safe.
 */
final class StoreLink implements AutoCloseable {

    private static final long CONNECT_MS = 2 * LinkSettings.CONNECT_TIMEOUT.toMillis();

    /** Almost all of its many timeouts are cancelled: neither setting nor cancelling one wakes a thread. */
    private static final HashedWheelTimer TIMER =
            new HashedWheelTimer(new DefaultThreadFactory("kv-timeouts", true), 100, TimeUnit.MILLISECONDS);

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

    /** Does not wait. @return fails when nobody knows what became of it, {@link LinkSettings#STORE_TIMEOUT} after it was sent */
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

    private static final class Connection implements WebSocket.Listener {

        private final URI controlPlane;
        private final Map<Long, CompletableFuture<byte[]>> waiting = new ConcurrentHashMap<>();
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
        }

        boolean isOpenTo(URI spokenWith) {
            return ended == null && controlPlane.equals(spokenWith);
        }

        CompletableFuture<byte[]> ask(KvCall.Question question) {
            long number = asked.incrementAndGet();
            var answer = new CompletableFuture<byte[]>();
            waiting.put(number, answer);
            var timeout = TIMER.newTimeout(
                    _ -> end("no answer in time"), LinkSettings.STORE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            var _ = answer.whenComplete((_, _) -> {
                timeout.cancel();
                waiting.remove(number);
            });
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
            waiting.values().forEach(answer -> answer.completeExceptionally(new IOException(why)));
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
                var answer = waiting.get(reply.number());
                if (answer == null) {
                    return;
                }
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
