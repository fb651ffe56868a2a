import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** An actor that answers each WebSocket message of 32 bytes with one of as many, on one thread, and everything else with the number of its port. */
public final class Echo {

    static final int MESSAGE_BYTES = 32;
    static final int ASKED_BYTES = 6 + MESSAGE_BYTES;
    static final int ANSWERED_BYTES = 2 + MESSAGE_BYTES;

    private static final byte[] ANSWER = new byte[ANSWERED_BYTES];
    private static final String PORT = System.getenv("PORT_HTTP");
    private static final String PLAIN =
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n" + PORT;
    private static final String CHANGED =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n";

    static {
        ANSWER[0] = (byte) 0x82;
        ANSWER[1] = MESSAGE_BYTES;
    }

    private final Selector selector = Selector.open();
    private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
    private final ByteBuffer out = ByteBuffer.allocateDirect(65_536);

    /** Of one connection: the head so far, until the protocol is changed, and then the bytes of a message that is not whole. */
    private static final class State {
        StringBuilder head = new StringBuilder();
        int begun;
    }

    public static void main(String[] args) throws Exception {
        new Echo().serve(Integer.parseInt(PORT));
    }

    private Echo() throws IOException {}

    private void serve(int port) throws Exception {
        var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
        server.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select(key -> {
                try {
                    if (key.isAcceptable()) {
                        accept(server);
                    } else {
                        read(key);
                    }
                } catch (Exception e) {
                    close(key);
                }
            });
        }
    }

    private void accept(ServerSocketChannel server) throws IOException {
        for (SocketChannel client; (client = server.accept()) != null; ) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.configureBlocking(false).register(selector, SelectionKey.OP_READ, new State());
        }
    }

    private void read(SelectionKey key) throws Exception {
        var state = (State) key.attachment();
        var channel = (SocketChannel) key.channel();
        in.clear();
        if (channel.read(in) < 0) {
            close(key);
            return;
        }
        in.flip();
        if (state.head == null) {
            answer(channel, state);
            return;
        }
        state.head.append(StandardCharsets.ISO_8859_1.decode(in));
        if (state.head.indexOf("\r\n\r\n") >= 0) {
            var reply = reply(state.head.toString());
            channel.write(StandardCharsets.ISO_8859_1.encode(reply));
            state.head = null;
            if (reply.equals(PLAIN)) {
                close(key);
            }
        }
    }

    private void answer(SocketChannel channel, State state) throws IOException {
        int all = state.begun + in.remaining();
        state.begun = all % ASKED_BYTES;
        out.clear();
        for (int message = 0; message < all / ASKED_BYTES; message++) {
            out.put(ANSWER);
        }
        channel.write(out.flip());
    }

    private static String reply(String head) throws Exception {
        for (var line : head.split("\r\n")) {
            if (line.regionMatches(true, 0, "sec-websocket-key:", 0, 18)) {
                var text = line.substring(18).strip() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
                var hash = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.US_ASCII));
                return CHANGED.formatted(Base64.getEncoder().encodeToString(hash));
            }
        }
        return PLAIN;
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            // it is gone
        }
    }
}
