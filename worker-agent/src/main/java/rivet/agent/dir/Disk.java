package rivet.agent.dir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import rivet.agent.linux.Posix;

/** What is written is there after the machine has lost its power only when this has returned. */
@FunctionalInterface
interface Disk {

    /** One call for the whole file system: a directory may have 200,000 files, and each alone would wait for the disk. */
    Disk REAL = folder -> {
        // Not on a virtual thread: a call into the C library holds its carrier, which others need meanwhile.
        try {
            CompletableFuture.runAsync(
                            () -> wholeOf(folder), Thread.ofPlatform().name("sync")::start)
                    .join();
        } catch (CompletionException e) {
            throw new IOException("not on the disk: " + e.getCause(), e);
        }
    };

    /** All that is below it. */
    void sync(Path folder) throws IOException;

    private static void wholeOf(Path folder) {
        int fd = Posix.open(folder.toString(), Posix.O_RDONLY, 0);
        try {
            Posix.check("syncfs", Posix.syncfs(fd));
        } finally {
            Posix.close(fd);
        }
    }
}
