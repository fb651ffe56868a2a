package rivet.devserver;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Postgres of our own, its data kept between runs. The caller holds the lock of the data folder. */
final class DevDatabase implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DevDatabase.class);

    /** Recovery after a crash is replayed within this, or the start fails. */
    private static final Duration START_DEADLINE = Duration.ofSeconds(60);

    private static final Duration LEFTOVER_DEADLINE = Duration.ofSeconds(10);

    private final EmbeddedPostgres postgres;
    private final String password;

    private DevDatabase(EmbeddedPostgres postgres, String password) {
        this.postgres = postgres;
        this.password = password;
    }

    /**
     * @param folder its data, its log and its password
     * @param tools where its program is unpacked; databases share it
     */
    static DevDatabase start(Path folder, Path tools) throws IOException {
        Files.createDirectories(folder);
        var passwordFile = folder.resolve("password");
        var password = password(passwordFile);
        var data = folder.resolve("data");
        stopLeftover(data);
        var postgres = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(tools.resolve("postgres").toFile())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_DEADLINE)
                // Passed on to initdb. Without a password each actor on this machine could be the database's superuser.
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("auth-host", "scram-sha-256")
                .setLocaleConfig("auth-local", "scram-sha-256")
                .setLocaleConfig("pwfile", passwordFile.toString())
                .setConnectConfig("password", password)
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("listen_addresses", "127.0.0.1")
                // The library turns fsync off; what we acknowledged must survive a power cut.
                .setServerConfig("fsync", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_buffers", "32MB")
                .setServerConfig("max_connections", "60")
                .setServerConfig("jit", "off")
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("postgres.log").toFile()))
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("postgres.log").toFile()))
                .start();
        return new DevDatabase(postgres, password);
    }

    Map<String, Object> settings() {
        return Map.of(
                "spring.datasource.url",
                "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(postgres.getPort()),
                "spring.datasource.username",
                "postgres",
                "spring.datasource.password",
                password);
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String password(Path file) throws IOException {
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        var random = new byte[32];
        new SecureRandom().nextBytes(random);
        var password = HexFormat.of().formatHex(random);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, password);
        return password;
    }

    /** A dev server that was killed leaves its Postgres running; two on the same data would destroy it. */
    private static void stopLeftover(Path data) throws IOException {
        var pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        var pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        var leftover = ProcessHandle.of(pid).filter(process -> runsOn(process, data));
        if (leftover.isEmpty()) {
            return;
        }
        log.atInfo().addKeyValue("pid", pid).log("stopping the Postgres of a run that was killed");
        // The interrupt is Postgres' fast shutdown: it ends sessions instead of waiting for them.
        new ProcessBuilder("kill", "-INT", Long.toString(pid)).inheritIO().start();
        try {
            leftover.get().onExit().get(LEFTOVER_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "Postgres %d of an earlier run did not stop within %s".formatted(pid, LEFTOVER_DEADLINE));
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IOException("interrupted while an earlier Postgres was stopping", e);
        }
    }

    /** A pid is used again by other programs; only the one that names our data is ours. */
    private static boolean runsOn(ProcessHandle process, Path data) {
        try {
            var commandLine = Files.readString(Path.of("/proc/%d/cmdline".formatted(process.pid())));
            return commandLine.contains(data.toString());
        } catch (IOException e) {
            return false;
        }
    }
}
