import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx and HAProxy in front of the same backend as ours, each as its manual says for keep-alive and WebSockets. */
final class Peers implements AutoCloseable {

    private static final String LONG = "1000000000";

    private final Process nginx;
    private final Process haproxy;
    private final int nginxPort = Machines.freePort();
    private final int haproxyPort = Machines.freePort();

    /** @param sockets how many connections they must be able to hold at both sides */
    Peers(Path work, int backend, int sockets) throws Exception {
        Tools.debian("nginx", "nginx");
        Tools.debian("haproxy", "haproxy");
        this.nginx = nginx(Files.createDirectories(work.resolve("nginx-" + backend)), backend, sockets);
        this.haproxy = haproxy(work.resolve("haproxy-%d.cfg".formatted(backend)), backend, sockets);
        Machines.awaitServing(nginxPort, "/", 200);
        Machines.awaitServing(haproxyPort, "/", 200);
    }

    List<Wrk.Target> targets() {
        return List.of(
                new Wrk.Target("nginx", "http://127.0.0.1:%d/".formatted(nginxPort), List.of(), nginx.toHandle(), false),
                new Wrk.Target("HAProxy", "http://127.0.0.1:%d/".formatted(haproxyPort), List.of(), haproxy.toHandle(), false));
    }

    private Process nginx(Path folder, int backend, int sockets) throws Exception {
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; worker_processes auto; pid pid; error_log stderr crit; worker_rlimit_nofile %3$d;
                events { worker_connections %3$d; }
                http {
                  access_log off; keepalive_requests %4$s;
                  client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
                  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
                  upstream actor { server 127.0.0.1:%1$d; keepalive 512; keepalive_requests %4$s; }
                  server {
                    listen 127.0.0.1:%2$d backlog=4096;
                    location / {
                      proxy_pass http://actor; proxy_http_version 1.1; proxy_request_buffering off;
                      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;
                      proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 1h; proxy_send_timeout 1h;
                    }
                  }
                }
                """.formatted(backend, nginxPort, 2 * sockets + 1_000, LONG));
        return started("nginx", "-p", folder.toString(), "-c", "nginx.conf");
    }

    private Process haproxy(Path file, int backend, int sockets) throws Exception {
        Files.writeString(file, """
                global
                  maxconn %d
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 1h
                  timeout server 1h
                  timeout tunnel 1h
                  option http-keep-alive
                  http-reuse always
                frontend in
                  bind 127.0.0.1:%d backlog 4096
                  option forwardfor
                  default_backend actor
                backend actor
                  server one 127.0.0.1:%d
                """.formatted(sockets + 100, haproxyPort, backend));
        return started("haproxy", "-db", "-f", file.toString());
    }

    private static Process started(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    @Override
    public void close() throws Exception {
        Machines.end(haproxy);
        Machines.end(nginx);
    }
}
