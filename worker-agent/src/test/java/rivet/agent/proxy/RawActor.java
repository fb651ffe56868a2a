package rivet.agent.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An actor's server that does with each connection what the test says. */
final class RawActor implements Closeable {

    /** What it does with one connection; the connection is closed afterwards. */
    interface Script {
        void serve(RawConnection connection) throws IOException;
    }

    private final ServerSocket server;
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    private RawActor(ServerSocket server) {
        this.server = server;
    }

    static RawActor serving(Script script) {
        return serving(0, script);
    }

    static RawActor serving(int port, Script script) {
        try {
            RawActor actor = new RawActor(new ServerSocket(port, 200, InetAddress.ofLiteral("127.0.0.1")));
            Thread.ofVirtual().start(() -> actor.accept(script));
            return actor;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every request on every connection with the same bytes. */
    static RawActor answering(String answer) {
        return recording((connection, head) -> connection.send(answer));
    }

    /** What it does with a request without a body whose head has been read. */
    interface Reply {
        void to(RawConnection connection, String head) throws IOException;
    }

    static RawActor recording(Reply reply) {
        AtomicInteger index = new AtomicInteger();
        RawActor[] self = new RawActor[1];
        self[0] = serving(connection -> {
            index.incrementAndGet();
            while (true) {
                String head = connection.readHead();
                self[0].heads.add(head);
                reply.to(connection, head);
            }
        });
        return self[0];
    }

    private void accept(Script script) {
        while (true) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket, script));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket, Script script) {
        try (RawConnection connection = new RawConnection(socket)) {
            script.serve(connection);
        } catch (SocketException | java.io.EOFException e) {
            // The other side hung up, as it may.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            open.remove(socket);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many connections came so far. */
    int accepted() {
        return accepted.get();
    }

    /** The heads of the requests that came so far. */
    List<String> heads() {
        return heads;
    }

    void closeConnections() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        closeConnections();
    }
}
