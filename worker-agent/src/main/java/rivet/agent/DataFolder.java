package rivet.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import rivet.protocol.AgentId;

/** The agent's folder and who it is: one agent at a time, and the same one after a restart. */
final class DataFolder implements AutoCloseable {

    private final Path path;
    private final FileChannel lock;
    private final AgentId agent;

    private DataFolder(Path path, FileChannel lock, AgentId agent) {
        this.path = path;
        this.lock = lock;
        this.agent = agent;
    }

    static DataFolder open(Path path) {
        try {
            var real = Files.createDirectories(path).toRealPath();
            var lock = lock(real);
            try {
                return new DataFolder(real, lock, identity(real.resolve("agent-id")));
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("data folder %s: %s".formatted(path, e.getMessage()), e);
        }
    }

    Path path() {
        return path;
    }

    AgentId agent() {
        return agent;
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        var file = folder.resolve("agent.lock");
        var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isLocked(channel)) {
            channel.close();
            throw new IllegalStateException(
                    "%s: another agent runs in this folder (expected: a folder of its own for each)".formatted(folder));
        }
        return channel;
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static AgentId identity(Path file) throws IOException {
        var known = read(file);
        if (known != null) {
            return known;
        }
        var agent = AgentId.random();
        var fresh = file.resolveSibling("agent-id.new");
        Files.writeString(fresh, agent + "\n", StandardOpenOption.CREATE, StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return agent;
    }

    private static @Nullable AgentId read(Path file) throws IOException {
        return Files.exists(file) ? AgentId.parse(Files.readString(file).strip()) : null;
    }
}
