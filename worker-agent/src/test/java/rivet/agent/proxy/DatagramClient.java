package rivet.agent.proxy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** One source of datagrams. */
final class DatagramClient implements AutoCloseable {

    private final DatagramSocket socket;

    private DatagramClient(DatagramSocket socket) {
        this.socket = socket;
    }

    static DatagramClient to(InetSocketAddress address) throws IOException {
        var socket = new DatagramSocket();
        socket.connect(address);
        socket.setSoTimeout(RawConnection.READ_TIMEOUT_MILLIS);
        return new DatagramClient(socket);
    }

    DatagramClient send(String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(bytes, bytes.length));
        return this;
    }

    String receive() throws IOException {
        var packet = new DatagramPacket(new byte[65_535], 65_535);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    /** Empty where nothing comes: what was sent may have been lost. */
    String receiveIfSoon() throws IOException {
        socket.setSoTimeout(250);
        try {
            return receive();
        } catch (SocketTimeoutException _) {
            return "";
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
