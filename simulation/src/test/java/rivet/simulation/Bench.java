package rivet.simulation;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/** A database and a folder in which one seed is run after the other. */
final class Bench implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int VACUUM_EVERY = 50;

    private static @Nullable Server server;

    private final SimulatedDatabase database;
    private final Run run;
    private int seeds;

    private Bench(SimulatedDatabase database, Run run) {
        this.database = database;
        this.run = run;
    }

    private record Server(String url, String user, String password) {

        String named(String name) {
            return url.replaceFirst("(jdbc:postgresql://[^/]+/)[^?]+", "$1" + name);
        }
    }

    static Bench open() throws SQLException, IOException {
        var server = server();
        var name = "rivet_simulation_%d_%d".formatted(ProcessHandle.current().pid(), NUMBER.incrementAndGet());
        try (var admin = DriverManager.getConnection(server.url(), server.user(), server.password());
                var statement = admin.createStatement()) {
            statement.execute("create database " + name);
        }
        var url = server.named(name);
        Flyway.configure()
                .dataSource(url, server.user(), server.password())
                .load()
                .migrate();
        try (var connection = DriverManager.getConnection(url, server.user(), server.password())) {
            SimulatedDatabase.prepare(connection);
        }
        var database = new SimulatedDatabase(url, server.user(), server.password());
        return new Bench(database, new Run(database, environment(database), folder()));
    }

    Run.Outcome run(long seed, Planted planted) throws SQLException {
        if (seeds++ % VACUUM_EVERY == 0) {
            database.vacuum();
        }
        return run.run(seed, planted);
    }

    private static UUID environment(SimulatedDatabase database) throws SQLException {
        try (var statement = database.own().createStatement();
                var rows = statement.executeQuery("select id from environment")) {
            rows.next();
            return rows.getObject(1, UUID.class);
        }
    }

    /** In memory where there is such a place: journals are synced often. */
    private static Path folder() throws IOException {
        var memory = Path.of("/dev/shm");
        return Files.isWritable(memory)
                ? Files.createTempDirectory(memory, "rivet-simulation")
                : Files.createTempDirectory("rivet-simulation");
    }

    private static synchronized Server server() throws IOException {
        var started = server;
        if (started == null) {
            var url = System.getenv("RIVET_TEST_POSTGRES_URL");
            started = url == null ? embedded() : new Server(url, "postgres", "postgres");
            server = started;
        }
        return started;
    }

    /** What is lost when it crashes is of no use to anyone. Ends with the JVM. */
    private static Server embedded() throws IOException {
        var postgres = EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("synchronous_commit", "off")
                .setServerConfig("full_page_writes", "off")
                .start();
        return new Server(postgres.getJdbcUrl("postgres", "postgres"), "postgres", "postgres");
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
