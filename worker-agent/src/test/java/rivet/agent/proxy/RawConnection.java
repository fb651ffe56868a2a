package rivet.agent.proxy;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A socket whose bytes the test writes and reads itself, because HTTP libraries would mend what we want broken. */
final class RawConnection implements Closeable {

    /** No read of a test waits longer. */
    static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    static RawConnection to(InetSocketAddress address) throws IOException {
        return new RawConnection(new Socket(address.getAddress(), address.getPort()));
    }

    /** One that takes in little at a time. */
    static RawConnection slowReaderTo(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 * 1024);
        socket.connect(address);
        return new RawConnection(socket);
    }

    RawConnection send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawConnection send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    /** Up to and with the empty line. */
    String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) readByte());
        }
        return head.toString();
    }

    String read(int many) throws IOException {
        byte[] bytes = in.readNBytes(many);
        if (bytes.length < many) {
            throw new EOFException("%d bytes came (expected: %d)".formatted(bytes.length, many));
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private int readByte() throws IOException {
        int one = in.read();
        if (one < 0) {
            throw new EOFException("the connection ended");
        }
        return one;
    }

    /** Whatever comes until the other side has finished. */
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        in.transferTo(all);
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Whether the other side ended the connection, in order or not. */
    boolean ended() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** A whole answer with a length: its head and its body. */
    Answer answer() throws IOException {
        String head = readHead();
        return new Answer(head, read(length(head)));
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
                .map(line -> Integer.parseInt(line.substring(15).trim()))
                .findFirst()
                .orElse(0);
    }

    record Answer(String head, String body) {

        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes so that the other side sees a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
