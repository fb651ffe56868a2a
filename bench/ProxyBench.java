import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The agent's proxy, nginx and HAProxy in front of the same actor: an nginx that answers 100 bytes from memory. */
final class ProxyBench {

    private static final int ROUNDS = 3;
    private static final int SECONDS = 4;
    private static final String ACTOR = """
            #!/bin/sh
            cd "$TMPDIR" && mkdir -p run
            cat > nginx.conf <<CONF
            daemon off; worker_processes 1; pid run/pid; error_log stderr crit;
            events { worker_connections 2048; }
            http {
              access_log off; keepalive_requests 1000000000;
              client_body_temp_path run; proxy_temp_path run; fastcgi_temp_path run; uwsgi_temp_path run; scgi_temp_path run;
              server { listen 127.0.0.1:$PORT_HTTP; location / { return 200 "%s"; } location /port { return 200 $PORT_HTTP; } }
            }
            CONF
            exec /usr/sbin/nginx -p "$PWD" -c nginx.conf
            """;

    private record Load(double perSecond, double p99Ms) {}

    static List<Row> measure() throws Exception {
        Tools.debian("nginx", "nginx");
        Tools.debian("haproxy", "haproxy");
        Tools.debian("wrk", "wrk");
        var work = Dev.temporary("proxy");
        try (var dev = Dev.start(work.resolve("data"))) {
            var id = startActor(dev, work);
            var backend = Integer.parseInt(Http.get(dev.proxyPort, "/" + id + "-http/port").body());
            try (var nginx = nginx(work, backend);
                    var haproxy = haproxy(work, backend)) {
                return rows(Map.of(
                        "ours", "http://127.0.0.1:%d/%s-http/".formatted(dev.proxyPort, id),
                        "nginx", "http://127.0.0.1:%d/".formatted(nginx.port),
                        "haproxy", "http://127.0.0.1:%d/".formatted(haproxy.port)));
            }
        }
    }

    private static List<Row> rows(Map<String, String> urls) throws Exception {
        var rates = new LinkedHashMap<String, List<Double>>();
        var tails = new LinkedHashMap<String, List<Double>>();
        wrk(urls.get("ours")); // the JVM compiles
        wrk(urls.get("ours"));
        for (int round = 0; round < ROUNDS; round++) {
            for (var url : urls.entrySet()) {
                var load = wrk(url.getValue());
                rates.computeIfAbsent(url.getKey(), _ -> new ArrayList<>()).add(load.perSecond());
                tails.computeIfAbsent(url.getKey(), _ -> new ArrayList<>()).add(load.p99Ms());
            }
        }
        return List.of(
                Row.relative("proxy requests/s, 64 keep-alive connections, 100 B", rates.get("ours"), rates.get("nginx"), "nginx", "/s", ">= 1.2 x", ratio -> ratio >= 1.2),
                Row.relative("proxy requests/s, 64 keep-alive connections, 100 B", rates.get("ours"), rates.get("haproxy"), "HAProxy", "/s", ">= 1.0 x", ratio -> ratio >= 1),
                Row.relative("proxy latency p99, the same load", tails.get("ours"), tails.get("nginx"), "nginx", "ms", "<= 1.0 x", ratio -> ratio <= 1));
    }

    private static String startActor(Dev dev, Path work) throws Exception {
        var folder = Files.createDirectories(work.resolve("actor/program"));
        executable(folder.resolve("start"), ACTOR.formatted("x".repeat(100)));
        Files.writeString(work.resolve("actor/rivet.json"), "{\"builds\": {\"backend\": {\"executable\": \"program\"}}}");
        dev.rivet(work.resolve("actor"), "deploy");
        var actor = dev.create("""
                {"tags": {}, "build_tags": {"name": "backend", "current": "true"}, "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""");
        return actor.get("id").stringValue();
    }

    private static Proxy nginx(Path work, int backend) throws Exception {
        var port = 17_881;
        var folder = Files.createDirectories(work.resolve("nginx"));
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; worker_processes auto; pid pid; error_log stderr crit;
                events { worker_connections 4096; }
                http {
                  access_log off; keepalive_requests 1000000000;
                  upstream actor { server 127.0.0.1:%d; keepalive 128; keepalive_requests 1000000000; }
                  server {
                    listen 127.0.0.1:%d;
                    location / { proxy_pass http://actor; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr; }
                  }
                }
                """.formatted(backend, port));
        return new Proxy(port, "nginx", "-p", folder.toString(), "-c", "nginx.conf");
    }

    private static Proxy haproxy(Path work, int backend) throws Exception {
        var port = 17_882;
        var file = Files.writeString(work.resolve("haproxy.cfg"), """
                global
                  maxconn 8192
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 30s
                  timeout server 30s
                  option http-keep-alive
                  http-reuse always
                frontend in
                  bind 127.0.0.1:%d
                  option forwardfor
                  default_backend actor
                backend actor
                  server one 127.0.0.1:%d
                """.formatted(port, backend));
        return new Proxy(port, "haproxy", "-db", "-f", file.toString());
    }

    private static Load wrk(String url) throws Exception {
        var process = new ProcessBuilder("wrk", "-t1", "-c64", "-d" + SECONDS + "s", "--latency", url).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0 || output.contains("Non-2xx")) {
            throw new IOException(output);
        }
        return new Load(figure(output, "Requests/sec:"), milliseconds(output));
    }

    private static double figure(String output, String label) {
        return Double.parseDouble(output.replaceAll("(?s).*" + label + "\\s*([0-9.]+).*", "$1"));
    }

    private static double milliseconds(String output) {
        var value = output.replaceAll("(?s).*99%\\s*([0-9.]+[a-z]+).*", "$1");
        var number = Double.parseDouble(value.replaceAll("[a-z]", ""));
        return value.endsWith("us") ? number / 1000 : value.endsWith("ms") ? number : number * 1000;
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A process that listens; closed by its own handle. */
    private static final class Proxy implements AutoCloseable {
        final int port;
        private final Process process;

        Proxy(int port, String... command) throws Exception {
            this.port = port;
            this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            var deadline = System.nanoTime() + 10_000_000_000L;
            while (true) {
                try {
                    Http.get(port, "/");
                    return;
                } catch (IOException e) {
                    if (System.nanoTime() > deadline || !process.isAlive()) {
                        throw new IOException(command[0] + " does not serve", e);
                    }
                    Thread.sleep(20);
                }
            }
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private ProxyBench() {}
}
