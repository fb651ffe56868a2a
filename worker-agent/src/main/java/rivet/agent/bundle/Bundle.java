package rivet.agent.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A build's files on this disk, which stay until this is closed. */
public final class Bundle implements AutoCloseable {

    /** Of a {@code javascript} build that carried a source map: its name beside the module, and as {@link #derived}. */
    public static final String MODULE_MAP = "main.js.map";

    private final Path content;
    private final Keeper keeper;
    private boolean closed;

    Bundle(Path content, Keeper keeper) {
        this.content = content;
        this.keeper = keeper;
    }

    interface Keeper {

        void grown(long bytes);

        void release();
    }

    /** One file for {@code javascript} and {@code java}, a folder for {@code executable}. */
    public Path content() {
        return content;
    }

    /** A file that was made from the build and kept with it, such as a cache; it goes when the build goes. */
    public Optional<Path> derived(String name) {
        return Optional.of(content.resolveSibling(name)).filter(Files::exists);
    }

    /** Keeps a copy of a file as {@link #derived}; whoever looks sees all of it or nothing. */
    public void derive(String name, Path file) throws IOException {
        var fresh = content.resolveSibling("." + name);
        Files.copy(file, fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r--r--r--"));
        Files.move(fresh, content.resolveSibling(name), StandardCopyOption.ATOMIC_MOVE);
        keeper.grown(Files.size(content.resolveSibling(name)));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            keeper.release();
        }
    }
}
