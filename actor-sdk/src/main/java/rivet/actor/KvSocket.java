package rivet.actor;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The way to the store: frames that go out with a number, and answers that come back with it. Connects when it is first used. */
final class KvSocket {

    private static final int MOST_BYTES = 2 << 20;
    private static final int NUMBER_BYTES = 4;

    /** The agent answers within 5 s. */
    static final Duration SILENCE = Duration.ofSeconds(8);

    /** And to some calls within 2 min. */
    static final Duration LONG_SILENCE = Duration.ofSeconds(130);

    /** An agent that is being restarted is back soon. */
    private static final Duration CONNECTING = Duration.ofSeconds(5);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final Path path;
    private final Duration silence;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;

    KvSocket(Path path, Duration silence) {
        this.path = path;
        this.silence = silence;
    }

    /** @param environment the process's; where it names no socket, each call fails @param silence for how long an answer may not come */
    static UnaryOperator<byte[]> of(Map<String, String> environment, Duration silence) {
        var path = environment.get(ActorEnvironment.KV_SOCKET);
        if (path != null) {
            return new KvSocket(Path.of(path), silence)::call;
        }
        return _ -> {
            throw unavailable("nothing was done: %s is not set".formatted(ActorEnvironment.KV_SOCKET), null);
        };
    }

    byte[] call(byte[] request) {
        if (request.length > MOST_BYTES) {
            throw new KvException(
                    KvException.Code.TOO_LARGE,
                    "the request: %d bytes (expected: at most %d)".formatted(request.length, MOST_BYTES),
                    null);
        }
        return connected().call(request);
    }

    private Connection connected() {
        lock.lock();
        try {
            var known = connection;
            if (known == null || known.isEnded()) {
                known = connect();
                connection = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private Connection connect() {
        long giveUp = System.nanoTime() + CONNECTING.toNanos();
        for (long pause = FIRST_PAUSE.toNanos(); ; pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos())) {
            try {
                return new Connection(open(), silence);
            } catch (IOException e) {
                if (System.nanoTime() + pause - giveUp > 0) {
                    throw unavailable("nothing was done: the store cannot be reached", e);
                }
            }
            sleep(pause);
        }
    }

    private SocketChannel open() throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("nothing was done: the thread was interrupted", e);
        }
    }

    private static KvException unavailable(String message, @Nullable Exception cause) {
        return new KvException(KvException.Code.UNAVAILABLE, message, cause);
    }

    private static final class Connection {

        private final SocketChannel channel;
        private final Duration silence;
        private final Map<Integer, CompletableFuture<byte[]>> waiting = new ConcurrentHashMap<>();
        private final ReentrantLock sending = new ReentrantLock();
        private volatile boolean ended;
        private int last;

        Connection(SocketChannel channel, Duration silence) {
            this.channel = channel;
            this.silence = silence;
            Thread.ofVirtual().name("rivet-kv").start(this::receive);
        }

        boolean isEnded() {
            return ended;
        }

        byte[] call(byte[] request) {
            var answer = new CompletableFuture<byte[]>();
            try {
                send(request, answer);
                return answer.get(silence.toNanos(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException | IOException e) {
                end();
                throw unavailable("the connection to the store ended: nobody knows what became of the call", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unavailable("the thread was interrupted: nobody knows what became of the call", e);
            }
        }

        private void send(byte[] request, CompletableFuture<byte[]> answer) throws IOException {
            sending.lock();
            try {
                int number = ++last;
                waiting.put(number, answer);
                var frame = ByteBuffer.allocate(Integer.BYTES + NUMBER_BYTES + request.length)
                        .putInt(NUMBER_BYTES + request.length)
                        .putInt(number)
                        .put(request)
                        .flip();
                while (frame.hasRemaining()) {
                    channel.write(frame);
                }
            } finally {
                sending.unlock();
            }
            if (ended) {
                throw new IOException("it ended meanwhile");
            }
        }

        private void receive() {
            try (var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)))) {
                while (true) {
                    int length = in.readInt();
                    var call = waiting.remove(in.readInt());
                    var answer = new byte[length - NUMBER_BYTES];
                    in.readFully(answer);
                    if (call != null) {
                        call.complete(answer);
                    }
                }
            } catch (IOException | RuntimeException e) {
                end();
                waiting.values().forEach(call -> call.completeExceptionally(e));
            }
        }

        private void end() {
            ended = true;
            try {
                channel.close();
            } catch (IOException _) {
                // what waits is told all the same
            }
        }
    }
}
