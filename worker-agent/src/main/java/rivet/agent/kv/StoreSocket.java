package rivet.agent.kv;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where one generation's process reaches its store. */
final class StoreSocket implements ActorStores.Store {

    private static final Logger log = LoggerFactory.getLogger(StoreSocket.class);

    /** One is enough for a program; a few, because a program may have children. */
    private static final int MOST_CONNECTIONS = 8;

    private static final Duration AFTER_FAILURE = Duration.ofMillis(100);

    private final Path path;
    private final RemoteStore store;
    private final ServerSocketChannel server;
    private final AskedCheckpoints checkpoints;
    private final Calls calls = new Calls();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> sleep = new CompletableFuture<>();
    private final Set<StoreConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread asking = Thread.ofVirtual().name("kv-asking").unstarted(this::ask);
    private volatile boolean handlesAlarm;
    private volatile ActorStores.News news = ActorStores.News.NONE;
    private volatile boolean closed;

    private StoreSocket(RemoteStore store, Path path, ServerSocketChannel server, ActorStores.Checkpoint checkpoint) {
        this.store = store;
        this.path = path;
        this.server = server;
        this.checkpoints = new AskedCheckpoints(checkpoint);
    }

    static StoreSocket open(RemoteStore store, Path path, ActorStores.Checkpoint checkpoint) throws IOException {
        Files.deleteIfExists(path); // an earlier run of the agent's
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        var socket = new StoreSocket(store, path, server, checkpoint);
        Thread.ofVirtual().name("kv-accept").start(socket::accept);
        return socket;
    }

    @Override
    public Path socket() {
        return path;
    }

    @Override
    public CompletableFuture<Void> ready() {
        return ready;
    }

    @Override
    public CompletableFuture<Void> sleep() {
        return sleep;
    }

    @Override
    public boolean handlesAlarm() {
        return handlesAlarm;
    }

    @Override
    public void tell(ActorStores.News told) {
        news = told;
    }

    @Override
    public void close() {
        closed = true;
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            log.atWarn().addKeyValue("socket", path).setCause(e).log("a socket could not be closed");
        }
        connections.forEach(StoreConnection::close);
        checkpoints.close();
        asking.interrupt();
    }

    private void accept() {
        while (!closed) {
            try {
                connected(server.accept());
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                log.atError()
                        .addKeyValue("socket", path)
                        .setCause(e)
                        .log("an actor could not be connected to its store");
                LockSupport.parkNanos(AFTER_FAILURE.toNanos());
            }
        }
    }

    private void connected(SocketChannel channel) throws IOException {
        if (connections.size() >= MOST_CONNECTIONS) {
            channel.close();
            return;
        }
        if (asking.getState() == Thread.State.NEW) {
            asking.start();
        }
        var connection = new StoreConnection(channel, calls, store.meters(), new Said());
        connections.add(connection);
        Thread.ofVirtual().name("kv-connection").start(() -> {
            connection.run();
            connections.remove(connection);
        });
        if (closed) {
            connection.close();
        }
    }

    private final class Said implements StoreConnection.Signals {

        @Override
        public void checkpoint(Consumer<byte[]> reply) {
            checkpoints.ask(reply);
        }

        @Override
        public void ready() {
            ready.complete(null);
        }

        @Override
        public void sleep() {
            sleep.complete(null);
        }

        @Override
        public void handling(boolean alarm) {
            handlesAlarm = alarm;
        }

        @Override
        public ActorStores.News news() {
            return news;
        }
    }

    private void ask() {
        try {
            while (!closed) {
                store.answer(calls.take());
            }
        } catch (InterruptedException _) {
            // closed
        }
    }
}
