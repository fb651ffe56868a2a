package rivet.agent.dir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;

/**
 * What is known of the directory beside it, on disk before a process can write there.
 *
 * @param generation that was the last to have it
 * @param kept whether the control plane has all that is in it
 */
record DirState(long generation, long quotaBytes, boolean kept) {

    private static final String NAME = "state";

    /** Empty: nothing that is there can be used. */
    static Optional<DirState> read(Path home) {
        try {
            var file = home.resolve(NAME);
            return Files.exists(file)
                    ? Optional.of(Wire.JSON.readValue(Files.readAllBytes(file), DirState.class))
                    : Optional.empty();
        } catch (IOException | JacksonException _) {
            return Optional.empty();
        }
    }

    void write(Path home) throws IOException {
        var fresh = home.resolve(NAME + ".new");
        Files.write(
                fresh,
                Wire.JSON.writeValueAsBytes(this),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, home.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        try (var folder = FileChannel.open(home, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    static void remove(Path home) throws IOException {
        Files.deleteIfExists(home.resolve(NAME));
    }

    DirState isKept(boolean now) {
        return new DirState(generation, quotaBytes, now);
    }
}
