package rivet.agent.bundle;

import java.nio.file.Path;

/** A build's files on this disk, which stay until this is closed. */
public final class Bundle implements AutoCloseable {

    private final Path content;
    private final Runnable release;
    private boolean closed;

    Bundle(Path content, Runnable release) {
        this.content = content;
        this.release = release;
    }

    /** One file for {@code javascript}, a folder for {@code executable}. */
    public Path content() {
        return content;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
