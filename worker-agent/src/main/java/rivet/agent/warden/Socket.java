package rivet.agent.warden;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

/** One connection between agent and warden. Any thread may send, one receives. */
final class Socket implements AutoCloseable {

    private final SocketChannel channel;
    private final ReentrantLock sending = new ReentrantLock();

    Socket(SocketChannel channel) {
        this.channel = channel;
    }

    void send(Message message) throws IOException {
        var frame = ByteBuffer.wrap(Codec.encode(message));
        sending.lock();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } finally {
            sending.unlock();
        }
    }

    /** Waits for one. @throws EOFException when the other side is gone */
    Message receive() throws IOException {
        int length = ByteBuffer.wrap(receive(Integer.BYTES)).getInt();
        if (length < 1 || length > Message.LONGEST) {
            throw new IOException("a message of %d bytes (expected: 1 to %d)".formatted(length, Message.LONGEST));
        }
        return Codec.decode(receive(length));
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // Then it is closed all the more.
        }
    }

    private byte[] receive(int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other side is gone");
            }
        }
        return buffer.array();
    }
}
