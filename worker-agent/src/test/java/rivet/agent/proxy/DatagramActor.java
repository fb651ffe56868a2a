package rivet.agent.proxy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An actor's socket: answers each datagram with its name and what it heard. */
final class DatagramActor implements AutoCloseable {

    private final String name;
    private final DatagramSocket socket;
    private final Set<SocketAddress> sources = ConcurrentHashMap.newKeySet();
    private final AtomicInteger heard = new AtomicInteger();

    private DatagramActor(String name, DatagramSocket socket) {
        this.name = name;
        this.socket = socket;
    }

    static DatagramActor start(String name) throws IOException {
        var actor = new DatagramActor(name, new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1")));
        Thread.ofVirtual().start(actor::run);
        return actor;
    }

    private void run() {
        var packet = new DatagramPacket(new byte[65_535], 65_535);
        while (true) {
            try {
                packet.setLength(65_535);
                socket.receive(packet);
                heard.incrementAndGet();
                sources.add(packet.getSocketAddress());
                var text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
                var answer = (name + ": " + text).getBytes(StandardCharsets.US_ASCII);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Where datagrams came from, as the actor sees it. */
    Set<SocketAddress> sources() {
        return sources;
    }

    int heard() {
        return heard.get();
    }

    @Override
    public void close() {
        socket.close();
    }
}
