package rivet.agent.warden;

import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** The warden's side of one connection. Sending never waits; who sends output asks first whether there is room. */
final class Session implements AutoCloseable {

    /** Output that waits to be written; the files hold the rest. */
    private static final long ROOM_BYTES = 2 << 20;

    private final Socket socket;
    private final Runnable refill;
    private final LinkedBlockingQueue<Message> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Thread writer = Thread.ofPlatform().name("to-agent").unstarted(this::write);
    private volatile boolean starved;

    /** @param refill called when there is room again after there was none */
    Session(Socket socket, Runnable refill) {
        this.socket = socket;
        this.refill = refill;
    }

    void start() {
        writer.start();
    }

    boolean hasRoom() {
        boolean room = queuedBytes.get() < ROOM_BYTES;
        if (!room) {
            starved = true;
        }
        return room;
    }

    void send(Message message) {
        queuedBytes.addAndGet(size(message));
        queue.add(message);
    }

    /** Before {@link #start}, and on the caller's thread. */
    void sendNow(Message message) throws IOException {
        socket.send(message);
    }

    Message receive() throws IOException {
        return socket.receive();
    }

    @Override
    public void close() {
        socket.close();
        writer.interrupt();
    }

    private void write() {
        try {
            while (true) {
                var message = queue.take();
                socket.send(message);
                queuedBytes.addAndGet(-size(message));
                if (starved && queue.isEmpty()) {
                    starved = false;
                    refill.run();
                }
            }
        } catch (IOException | InterruptedException _) {
            socket.close(); // The reader sees it, and leaves.
        }
    }

    private static long size(Message message) {
        return message instanceof Message.Output output ? output.bytes().array().length : 0;
    }
}
