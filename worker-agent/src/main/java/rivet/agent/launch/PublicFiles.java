package rivet.agent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import rivet.agent.host.Host;

/** Files of ours that actors' processes read and execute. */
final class PublicFiles {

    private PublicFiles() {}

    static Path folder(Host host, String name) {
        try {
            var folder = Files.createDirectories(host.files().resolve(name));
            return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever looks sees all of it or nothing. */
    static Path write(byte[] bytes, Path target) throws IOException {
        var fresh = Files.createTempFile(target.getParent(), ".", ".new");
        Files.write(fresh, bytes);
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return target;
    }
}
