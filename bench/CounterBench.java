import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The counter of a request that reads a number, adds one and stores it, which has been kept when it is answered: on ours, each in a process
 * of its own, on workerd's Durable Objects and on Restate's virtual objects, both in one process for all; the same clients for all three.
 */
final class CounterBench {

    private static final int ROUNDS = 3;
    private static final long ROUND_MS = 4_000;
    private static final int COUNTERS = 100;
    private static final Path PEERS = Dev.HOME.resolve(".rivet/counters");

    static List<Row> measure() throws Exception {
        install();
        try (var dev = Dev.start(Dev.temporary("counters").resolve("data"));
                var others = new Others()) {
            dev.rivet(Dev.HOME.resolve("bench/counters"), "deploy");
            var ours = new ArrayList<String>();
            for (int i = 0; i < COUNTERS; i++) {
                ours.add("GET /" + create(dev) + "-http/");
            }
            var rows = new ArrayList<Row>();
            rows.addAll(rows("1 counter, one client", dev, others, ours.subList(0, 1)));
            rows.addAll(rows("%d counters, a client each".formatted(COUNTERS), dev, others, ours));
            return rows;
        }
    }

    private static List<Row> rows(String what, Dev dev, Others others, List<String> actors) throws Exception {
        var workerd = each("GET /%d", actors.size());
        var restate = each("POST /counter/%d/add", actors.size());
        var ours = new ArrayList<Double>();
        var workerds = new ArrayList<Double>();
        var restates = new ArrayList<Double>();
        perSecond(dev.proxyPort, actors); // all compile
        perSecond(others.workerdPort, workerd);
        perSecond(others.restatePort, restate);
        for (int round = 0; round < ROUNDS; round++) {
            ours.add(perSecond(dev.proxyPort, actors));
            workerds.add(perSecond(others.workerdPort, workerd));
            restates.add(perSecond(others.restatePort, restate));
        }
        return List.of(
                Row.relative("counted, " + what, ours, workerds, "workerd", "/s", "told", _ -> true),
                Row.relative("counted, " + what, ours, restates, "Restate", "/s", "told", _ -> true));
    }

    private static List<String> each(String request, int counters) {
        var requests = new ArrayList<String>();
        for (int i = 0; i < counters; i++) {
            requests.add(request.formatted(i));
        }
        return requests;
    }

    private static String create(Dev dev) throws IOException {
        return dev.create("""
                {"tags": {}, "build_tags": {"name": "counter", "current": "true"},
                 "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""").get("id").stringValue();
    }

    private static double perSecond(int port, List<String> requests) throws Exception {
        return ClosedLoop.run(requests.size(), ROUND_MS, number -> new Client(port, requests.get(number))).perSecond();
    }

    private static final class Client implements ClosedLoop.Client {

        private final Socket socket;
        private final InputStream in;
        private final byte[] request;
        private long last = -1;

        Client(int port, String line) throws IOException {
            this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            this.in = new BufferedInputStream(socket.getInputStream());
            this.request = "%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n"
                    .formatted(line, port, line.startsWith("POST") ? "Content-Length: 0\r\n" : "")
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void ask(long n) throws IOException {
            var now = count();
            if (n > 0 && now != last + 1) {
                throw new IOException("%d after %d".formatted(now, last));
            }
            last = now;
        }

        /** @return what it has come to */
        private long count() throws IOException {
            socket.getOutputStream().write(request);
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) read());
            }
            var text = head.toString().toLowerCase();
            if (!text.startsWith("http/1.1 200")) {
                throw new IOException(text);
            }
            return Long.parseLong(text.contains("content-length:") ? body(length(text)) : chunks());
        }

        private static int length(String head) {
            return Integer.parseInt(head.replaceAll("(?s).*content-length: *(\\d+).*", "$1"));
        }

        private String body(int bytes) throws IOException {
            return new String(in.readNBytes(bytes), StandardCharsets.UTF_8).strip();
        }

        private String chunks() throws IOException {
            var whole = new StringBuilder();
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                whole.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                line();
            }
            line();
            return whole.toString().strip();
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            for (int c = read(); c != '\n'; c = read()) {
                line.append((char) c);
            }
            return line.toString().strip();
        }

        private int read() throws IOException {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            return c;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Once; what npm has of both is 400 MB. */
    private static void install() throws Exception {
        Files.createDirectories(PEERS);
        for (var name : List.of("package.json", "workerd.js", "workerd.capnp", "restate.mjs")) {
            Files.writeString(PEERS.resolve(name), Files.readString(Dev.HOME.resolve("bench/counters").resolve(name)));
        }
        System.err.println("installing workerd and Restate with npm …");
        var install = new ProcessBuilder("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
                .directory(PEERS.toFile())
                .inheritIO()
                .start();
        if (install.waitFor() != 0) {
            throw new IOException("npm install failed in " + PEERS);
        }
    }

    /** With fresh data, on this machine only. */
    private static final class Others implements AutoCloseable {

        final int workerdPort = Machines.freePort();
        final int restatePort = Machines.freePort();
        private final Deque<Process> started = new ArrayDeque<>();
        private final Path work = Dev.temporary("counters-peers");

        Others() throws Exception {
            Files.createDirectories(work.resolve("data"));
            Files.writeString(
                    work.resolve("workerd.capnp"),
                    Files.readString(PEERS.resolve("workerd.capnp")).replace("PORT", Integer.toString(workerdPort)));
            Files.copy(PEERS.resolve("workerd.js"), work.resolve("workerd.js"));
            start(Map.of(), PEERS.resolve("node_modules/@cloudflare/workerd-linux-64/bin/workerd").toString(), "serve", "workerd.capnp");
            var servicePort = Machines.freePort();
            start(Map.of("RESTATE_LOGGING", "ERROR"), "node", PEERS.resolve("restate.mjs").toString(), Integer.toString(servicePort));
            var adminPort = Machines.freePort();
            start(
                    Map.of(
                            "RESTATE_BASE_DIR", work.resolve("restate").toString(),
                            "RESTATE_LOG_FILTER", "error",
                            "RESTATE_LISTEN_MODE", "tcp",
                            "RESTATE_BIND_ADDRESS", "127.0.0.1:" + Machines.freePort(),
                            "RESTATE_INGRESS__BIND_ADDRESS", "127.0.0.1:" + restatePort,
                            "RESTATE_ADMIN__BIND_ADDRESS", "127.0.0.1:" + adminPort),
                    PEERS.resolve("node_modules/@restatedev/restate-server-linux-x64/bin/restate-server").toString());
            Machines.awaitServing(workerdPort, "/ready", 200);
            Machines.awaitServing(adminPort, "/health", 200);
            var registered = Http.send(adminPort, "POST", "/deployments", "{\"uri\": \"http://127.0.0.1:%d\"}".formatted(servicePort));
            if (registered.status() / 100 != 2) {
                throw new IOException("Restate: " + registered);
            }
            Machines.awaitServing(restatePort, "/restate/health", 200);
        }

        private void start(Map<String, String> environment, String... command) throws IOException {
            var builder = new ProcessBuilder(command).directory(work.toFile()).redirectErrorStream(true);
            builder.environment().putAll(environment);
            builder.redirectOutput(work.resolve(started.size() + ".log").toFile());
            started.push(builder.start());
        }

        @Override
        public void close() throws Exception {
            for (var process : started) {
                process.destroy();
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        }
    }

    private CounterBench() {}
}
