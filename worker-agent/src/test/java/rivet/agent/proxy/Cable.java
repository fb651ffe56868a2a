package rivet.agent.proxy;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A way to an address that can be cut, or go dead while it looks whole. */
final class Cable implements Closeable {

    private final ServerSocket server;
    private final InetSocketAddress to;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger accepted = new AtomicInteger();
    private boolean dead;
    private int deadUpTo;
    private volatile boolean deadForNew;

    private Cable(ServerSocket server, InetSocketAddress to) {
        this.server = server;
        this.to = to;
    }

    static Cable to(InetSocketAddress address) throws IOException {
        Cable cable = new Cable(new ServerSocket(0, 200, InetAddress.ofLiteral("127.0.0.1")), address);
        Thread.ofVirtual().start(cable::accept);
        return cable;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** How many connections came so far. */
    int accepted() {
        return accepted.get();
    }

    /** Ends the connections that there are; new ones are served. */
    void tear() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    /** From now on nothing passes, and nobody is told. */
    void dead(boolean now) {
        lock.lock();
        try {
            dead = now;
            deadUpTo = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing passes on the connections that there are, and nobody is told. */
    void deadSoFar() {
        lock.lock();
        try {
            deadUpTo = accepted.get();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing passes on connections that come. */
    void deadForNew() {
        deadForNew = true;
    }

    private void accept() {
        while (true) {
            try {
                Socket near = server.accept();
                int number = accepted.incrementAndGet();
                if (deadForNew) {
                    open.add(near);
                    continue;
                }
                Socket far = new Socket(to.getAddress(), to.getPort());
                open.addAll(List.of(near, far));
                Thread.ofVirtual().start(() -> move(near, far, number));
                Thread.ofVirtual().start(() -> move(far, near, number));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void move(Socket from, Socket into, int number) {
        byte[] bytes = new byte[64 * 1024];
        try {
            for (int many = from.getInputStream().read(bytes);
                    many >= 0;
                    many = from.getInputStream().read(bytes)) {
                awaitAlive(number);
                into.getOutputStream().write(bytes, 0, many);
            }
            into.shutdownOutput();
        } catch (IOException e) {
            // torn, or ended by one of the sides
        }
    }

    private void awaitAlive(int number) {
        lock.lock();
        try {
            while (dead || number <= deadUpTo) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        tear();
        dead(false);
    }
}
