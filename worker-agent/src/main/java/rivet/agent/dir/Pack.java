package rivet.agent.dir;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import rivet.agent.bundle.Unpack;

/** Directory ⇄ one file, packed as archives of builds are: what {@link Unpack} would refuse is left out here. */
final class Pack {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int EXECUTABLE = 0755;

    /** What gzip can make of nothing but zeros. */
    private static final int MOST_RATIO = 1_100;

    private Pack() {}

    /** @param sizeBytes of the packed file */
    record Packed(long sizeBytes, String sha256) {}

    /** @throws IOException also where a file is not any more what the contents say */
    static Packed pack(Path folder, Contents contents, Path target) throws IOException {
        // Other actors may get as far as the file.
        Files.deleteIfExists(target);
        Files.createFile(target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var digest = ActorDirs.sha256();
        try (var out = new BufferedOutputStream(Files.newOutputStream(target), BUFFER_BYTES);
                var tar = new TarArchiveOutputStream(
                        new Gzip(new DigestOutputStream(out, digest)), TarConstants.DEFAULT_BLKSIZE, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            for (var entry : contents.entries().entrySet()) {
                add(folder, entry.getKey(), entry.getValue(), tar);
            }
        }
        return new Packed(Files.size(target), HexFormat.of().formatHex(digest.digest()));
    }

    static void unpack(Path packed, long mostBytes, Path target) throws IOException {
        var bounds = new Unpack.Bounds(Contents.MOST_ENTRIES, mostBytes, MOST_RATIO);
        new Unpack(bounds).tar(packed, "gzip", target);
    }

    private static void add(Path folder, Path name, Contents.Entry entry, TarArchiveOutputStream tar)
            throws IOException {
        if (name.toString().indexOf('\\') >= 0) {
            return;
        }
        var path = folder.resolve(name);
        switch (entry.kind()) {
            case FOLDER -> put(new TarArchiveEntry(name + "/"), tar);
            case LINK -> {
                var to = Files.readSymbolicLink(path);
                if (staysInside(folder, path, to)) {
                    var link = new TarArchiveEntry(name.toString(), TarConstants.LF_SYMLINK);
                    link.setLinkName(to.toString());
                    put(link, tar);
                }
            }
            case FILE -> {
                var file = new TarArchiveEntry(name.toString());
                file.setSize(entry.size());
                file.setMode(isExecutable(path) ? EXECUTABLE : file.getMode());
                tar.putArchiveEntry(file);
                copy(path, tar);
                tar.closeArchiveEntry();
            }
            case OTHER -> {}
        }
    }

    private static boolean isExecutable(Path path) throws IOException {
        return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).stream()
                .anyMatch(permission -> permission.name().endsWith("_EXECUTE"));
    }

    private static boolean staysInside(Path folder, Path link, Path to) {
        return !to.isAbsolute()
                && to.toString().indexOf('\\') < 0
                && link.resolveSibling(to).normalize().startsWith(folder);
    }

    /** Whoever may write there could have put a link in the file's place. */
    private static void copy(Path file, OutputStream out) throws IOException {
        try (var in = Files.newInputStream(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            in.transferTo(out);
        }
    }

    private static void put(TarArchiveEntry entry, TarArchiveOutputStream tar) throws IOException {
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    /** A stop waits for it, so it is fast rather than small. */
    private static final class Gzip extends GZIPOutputStream {

        Gzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
