package cluster;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** A Postgres as a program of its own, which can be killed and paused; the dev server's binaries, synchronous as in real life. */
final class Postgres {

    final Program program;
    final Place place;
    private final int port;
    private final Path data;

    Postgres(Place place, int port, Path folder) throws Exception {
        this.place = place;
        this.port = port;
        this.data = folder.resolve("postgres");
        ((Logger) LoggerFactory.getLogger(EmbeddedPostgres.class)).setLevel(Level.WARN);
        // Makes the data; from there on it is ours to start.
        EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(folder.resolve("postgres-program").toFile())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start()
                .close();
        Files.writeString(data.resolve("pg_hba.conf"), "host all all 0.0.0.0/0 trust\n", StandardOpenOption.APPEND);
        var command = new ArrayList<String>();
        if (Shell.run("id", "-u").strip().equals("0")) {
            command.addAll(List.of("unshare", "-U")); // Postgres refuses to be root, and this is whom the data belongs to
        }
        command.addAll(List.of(executable(folder).toString(), "-D", data.toString(), "-p", Integer.toString(port)));
        for (var setting : List.of(
                "listen_addresses=" + place.address(), "unix_socket_directories=", "fsync=on", "full_page_writes=on",
                "synchronous_commit=on", "shared_buffers=64MB", "max_connections=100", "jit=off",
                "tcp_keepalives_idle=5", "tcp_keepalives_interval=2", "tcp_keepalives_count=3", "tcp_user_timeout=10s",
                "client_connection_check_interval=2s")) {
            command.addAll(List.of("-c", setting));
        }
        this.program = new Program(place, command, Map.of(), folder.resolve("postgres.log"));
    }

    String url() {
        return "jdbc:postgresql://%s:%d/postgres".formatted(place.address(), port);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url() + "?user=postgres&connectTimeout=2&socketTimeout=10");
    }

    /** After a kill of its first process the others must be gone too, or it does not start again. */
    void start() throws IOException, InterruptedException {
        for (int tries = 0; ; tries++) {
            program.start();
            if (Wait.until(20_000, () -> accepts() || !program.runs()) && program.runs()) {
                return;
            }
            if (tries == 20) {
                throw new IOException("Postgres does not start: " + program.log());
            }
            Thread.sleep(200);
        }
    }

    boolean accepts() {
        try (var connection = connect(); var statement = connection.createStatement()) {
            return statement.execute("select 1");
        } catch (SQLException e) {
            return false;
        }
    }

    private static Path executable(Path folder) throws IOException {
        try (var files = Files.walk(folder.resolve("postgres-program"))) {
            return files.filter(file -> file.endsWith("bin/postgres")).findFirst().orElseThrow();
        }
    }
}
