import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** WebSockets through an agent's proxy, nginx and HAProxy to the same actor: messages there and back, and what idle ones hold. */
final class SocketBench {

    private static final int ROUNDS = 3;
    private static final int SPEAKING = 64;

    /** Each round has new JVMs, which carry a sixth less until what they do is compiled; after one second it was not. */
    private static final int WARM_UP_SECONDS = 5;

    private static final int WANTED_IDLE = 20_000;

    /** Both sides of a proxied WebSocket are files of the proxy; the rest is for what it has besides. */
    private static final int OTHER_FILES = 500;

    private static final byte[] MESSAGE = new byte[Echo.ASKED_BYTES];

    static {
        MESSAGE[0] = (byte) 0x82;
        MESSAGE[1] = (byte) (0x80 | Echo.MESSAGE_BYTES);
    }

    /** Each round has new processes: what one round has taken from the system, the next would find. */
    static List<Row> measure() throws Exception {
        int idle = Math.min(WANTED_IDLE, (mostFiles() - OTHER_FILES) / 2);
        var perSecond = new LinkedHashMap<String, List<Double>>();
        var kib = new LinkedHashMap<String, List<Double>>();
        for (int round = 0; round < ROUNDS; round++) {
            var work = Dev.temporary("sockets");
            try (var machines = Machines.start(work)) {
                var agent = machines.agent("agent");
                var actor = actor(machines);
                var id = actor.get("id").asString();
                try (var peers = new Peers(work, port(agent, id), idle)) {
                    var targets = new ArrayList<Wrk.Target>();
                    targets.add(new Wrk.Target("Rivet", "http://127.0.0.1:%d/%s-http/".formatted(agent.proxyPort(), id), List.of(), agent.process(), true));
                    targets.addAll(peers.targets());
                    for (var target : targets) {
                        note(kib, target, idleKib(target, idle));
                    }
                    for (var target : targets) {
                        speak(target, WARM_UP_SECONDS);
                        note(perSecond, target, speak(target, Wrk.SECONDS));
                    }
                }
            }
        }
        var rows = new ArrayList<Row>();
        for (var peer : List.of("nginx", "HAProxy")) {
            rows.add(Row.relative(
                    "WebSocket messages/s there and back, %d at once, %d B".formatted(SPEAKING, Echo.MESSAGE_BYTES),
                    perSecond.get("Rivet"), perSecond.get(peer), peer, "/s", ">= 1.0 x", ratio -> ratio >= 1));
            rows.add(Row.absolute(
                    "idle WebSocket, resident in the proxy, at %,d of them".formatted(idle),
                    kib.get("Rivet"), kib.get(peer), peer, "KiB", "<= 6 KiB", each -> each <= 6));
        }
        return rows;
    }

    private static void note(Map<String, List<Double>> figures, Wrk.Target target, double figure) {
        figures.computeIfAbsent(target.name(), _ -> new ArrayList<>()).add(figure);
    }

    private static tools.jackson.databind.JsonNode actor(Machines machines) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin/java");
        var start = """
                #!/bin/sh
                exec %s -XX:+UseSerialGC -Xmx256m "$(dirname "$0")/Echo.java"
                """.formatted(java);
        return machines.actor("echo", Map.of("start", start, "Echo.java", Files.readString(Dev.HOME.resolve("bench/Echo.java"))));
    }

    private static int port(Machines.Agent agent, String actor) throws Exception {
        return Integer.parseInt(Http.get(agent.proxyPort(), "/" + actor + "-http/").body());
    }

    private static double idleKib(Wrk.Target target, int many) throws Exception {
        var before = MemoryBench.mib(target.processes());
        try (var sockets = new Sockets(target.url(), many)) {
            return (MemoryBench.mib(target.processes()) - before) * 1024 / sockets.many();
        }
    }

    private static double speak(Wrk.Target target, int seconds) throws Exception {
        try (var sockets = new Sockets(target.url(), SPEAKING)) {
            return sockets.speak(seconds);
        }
    }

    private static int mostFiles() throws Exception {
        var process = new ProcessBuilder("sh", "-c", "ulimit -Hn").start();
        var limit = new String(process.getInputStream().readAllBytes()).strip();
        return limit.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(limit);
    }

    /** WebSockets that are open, all on one thread. */
    private static final class Sockets implements AutoCloseable {

        private final Selector selector = Selector.open();
        private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
        private final ByteBuffer out = ByteBuffer.allocateDirect(MESSAGE.length);
        private final List<SocketChannel> all = new ArrayList<>();

        Sockets(String url, int many) throws Exception {
            var to = URI.create(url);
            var address = new InetSocketAddress(to.getHost(), to.getPort());
            var ask = """
                    GET %s HTTP/1.1\r
                    Host: 127.0.0.1:%d\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r
                    """.formatted(to.getPath(), to.getPort());
            for (int each = 0; each < many; each++) {
                all.add(opened(address, ask));
            }
        }

        private SocketChannel opened(InetSocketAddress address, String ask) throws IOException {
            var channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.write(StandardCharsets.US_ASCII.encode(ask));
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                in.clear();
                if (channel.read(in) < 0) {
                    throw new IOException("no WebSocket: " + head);
                }
                head.append(StandardCharsets.ISO_8859_1.decode(in.flip()));
            }
            if (!head.substring(0, 12).equals("HTTP/1.1 101")) {
                throw new IOException("no WebSocket: " + head);
            }
            channel.configureBlocking(false);
            return channel;
        }

        int many() {
            return all.size();
        }

        /** Each sends its next message when it has its answer. @return answers in a second */
        double speak(int seconds) throws IOException {
            for (var channel : all) {
                channel.register(selector, SelectionKey.OP_READ, new int[1]);
                say(channel);
            }
            var began = System.nanoTime();
            long answers = 0;
            while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(seconds)) {
                selector.select(1_000);
                for (var key : selector.selectedKeys()) {
                    answers += heard(key);
                }
                selector.selectedKeys().clear();
            }
            return answers * 1e9 / (System.nanoTime() - began);
        }

        private int heard(SelectionKey key) throws IOException {
            var channel = (SocketChannel) key.channel();
            in.clear();
            int read = channel.read(in);
            if (read < 0) {
                throw new IOException("a WebSocket ended");
            }
            var begun = (int[]) key.attachment();
            begun[0] += read;
            if (begun[0] < Echo.ANSWERED_BYTES) {
                return 0;
            }
            begun[0] = 0;
            say(channel);
            return 1;
        }

        private void say(SocketChannel channel) throws IOException {
            channel.write(out.clear().put(MESSAGE).flip());
        }

        @Override
        public void close() throws IOException {
            for (var channel : all) {
                channel.close();
            }
            selector.close();
        }
    }

    private SocketBench() {}
}
