package rivet.cli.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import rivet.cli.terminal.Failure;

/** A program as a tar archive. The same files give the same bytes, so that the digest says whether anything changed. */
final class ExecutableArchive {

    /** The file that runs. */
    static final String START = "start";

    private static final int RUNS = 0755;
    private static final int READS = 0644;

    private ExecutableArchive() {}

    static void write(Path program, Path archive) {
        try (var tar = new TarArchiveOutputStream(
                new BufferedOutputStream(Files.newOutputStream(archive)), StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            if (Files.isDirectory(program)) {
                folder(tar, program);
            } else {
                file(tar, program, START, RUNS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void folder(TarArchiveOutputStream tar, Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (var path : walk.filter(path -> !path.equals(folder)).sorted().toList()) {
                entry(tar, folder, path);
            }
        }
    }

    private static void entry(TarArchiveOutputStream tar, Path folder, Path path) throws IOException {
        var name = folder.relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
            link(tar, folder, path, name);
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            put(tar, new TarArchiveEntry(name + "/"), RUNS);
            tar.closeArchiveEntry();
        } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            file(tar, path, name, name.equals(START) || Files.isExecutable(path) ? RUNS : READS);
        } else {
            throw Failure.badInput("BAD_EXECUTABLE", "%s is neither a file nor a folder nor a link".formatted(path));
        }
    }

    private static void file(TarArchiveOutputStream tar, Path file, String name, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(Files.size(file));
        put(tar, entry, mode);
        Files.copy(file, tar);
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, Path folder, Path path, String name) throws IOException {
        var target = Files.readSymbolicLink(path);
        if (!path.resolveSibling(target).normalize().startsWith(folder.normalize()) || target.isAbsolute()) {
            throw Failure.badInput(
                    "BAD_EXECUTABLE",
                    "%s links to %s (expected: a link that stays in the folder)".formatted(path, target));
        }
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
        entry.setLinkName(target.toString());
        put(tar, entry, RUNS);
        tar.closeArchiveEntry();
    }

    /** No time and no owner: they differ from machine to machine. */
    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, int mode) throws IOException {
        entry.setMode(mode);
        entry.setModTime(FileTime.fromMillis(0));
        entry.setIds(0, 0);
        entry.setNames("", "");
        tar.putArchiveEntry(entry);
    }
}
