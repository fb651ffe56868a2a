package rivet.controlplane;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands between a client and Postgres, and cuts one connection at the worst moment. It finds statements by their text, so the
 * client must send that each time ({@code prepareThreshold=0}) and in the clear.
 */
final class CuttingProxy implements AutoCloseable {

    private static final String COMMIT = "COMMIT\0";

    private final String host;
    private final int port;
    private final ServerSocket listening;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicReference<Optional<Cut>> armed = new AtomicReference<>(Optional.empty());

    enum Moment {
        BEFORE_COMMIT,
        AFTER_COMMIT
    }

    private record Cut(Moment moment, String statement) {}

    CuttingProxy(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Cuts the next transaction that has such a statement in it. */
    void cut(Moment moment, String statement) {
        armed.set(Optional.of(new Cut(moment, statement)));
    }

    boolean hasCut() {
        return armed.get().isEmpty();
    }

    private void accept() {
        try {
            while (true) {
                new Connection(kept(listening.accept()), kept(new Socket(host, port))).start();
            }
        } catch (IOException _) {
            // closed
        }
    }

    private Socket kept(Socket socket) {
        sockets.add(socket);
        return socket;
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (var socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean concerned;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            Thread.ofVirtual().start(() -> relay(client, server, Moment.BEFORE_COMMIT));
            Thread.ofVirtual().start(() -> relay(server, client, Moment.AFTER_COMMIT));
        }

        /** Postgres names each command in its answer, so COMMIT is seen on both ways. */
        private void relay(Socket from, Socket to, Moment moment) {
            try (from;
                    to;
                    InputStream in = from.getInputStream();
                    OutputStream out = to.getOutputStream()) {
                var buffer = new byte[65_536];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (isWorst(moment, new String(buffer, 0, read, StandardCharsets.ISO_8859_1))) {
                        return;
                    }
                    out.write(buffer, 0, read);
                }
            } catch (IOException _) {
                // one side is gone, and so is the other
            }
        }

        private boolean isWorst(Moment moment, String bytes) {
            var cut = armed.get();
            if (cut.isEmpty()) {
                return false;
            }
            concerned |= bytes.contains(cut.get().statement());
            return concerned
                    && cut.get().moment() == moment
                    && bytes.contains(COMMIT)
                    && armed.compareAndSet(cut, Optional.empty());
        }
    }
}
