package rivet.agent.bundle;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;

/** Takes a stranger's archive apart: nothing is written outside the target, and nothing grows without bound. */
public final class Unpack {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int LONGEST_NAME = 4096;

    private final Bounds bounds;

    public Unpack(Bounds bounds) {
        this.bounds = bounds;
    }

    /**
     * @param bytes as written
     * @param ratio written bytes to stored bytes; small archives may exceed it
     */
    public record Bounds(int entries, long bytes, int ratio) {

        static final Bounds DEFAULT = new Bounds(200_000, 8L << 30, 200);

        private static final long SMALL_BYTES = 16 << 20;

        long bytesFor(long storedBytes) {
            return Math.min(bytes, Math.max(SMALL_BYTES, storedBytes * ratio));
        }
    }

    void file(Path stored, String compression, Path target) throws IOException {
        try (var in = open(stored, compression);
                var out = Files.newOutputStream(target)) {
            in.transferTo(out);
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
    }

    /** @throws BuildUnavailable it is no archive that may be taken apart */
    public void tar(Path stored, String compression, Path target) throws IOException {
        folder(target);
        try (var tar = new TarArchiveInputStream(open(stored, compression))) {
            int entries = 0;
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (++entries > bounds.entries()) {
                    throw new BuildUnavailable("archive: more than %d entries".formatted(bounds.entries()));
                }
                write(entry, tar, target);
            }
        }
    }

    private void write(TarArchiveEntry entry, InputStream in, Path target) throws IOException {
        var path = inside(target, target, entry.getName());
        if (path.equals(target)) {
            return;
        }
        makeParents(target, path, entry);
        if (entry.isDirectory()) {
            folder(path);
        } else if (entry.isSymbolicLink()) {
            // Judged from where it stands, and only relative ones, so that it means the same wherever the folder is.
            inside(target, parent(path), entry.getLinkName());
            Files.deleteIfExists(path);
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            var original = inside(target, target, entry.getLinkName());
            refuseLinks(target, original, entry);
            Files.deleteIfExists(path);
            Files.createLink(path, original);
        } else if (isPlain(entry)) {
            Files.deleteIfExists(path);
            file(entry, in, path);
        } else {
            throw refused(entry, "is neither a file, a folder nor a link");
        }
    }

    /** A device says of itself that it is a file, too. */
    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile() && !entry.isCharacterDevice() && !entry.isBlockDevice() && !entry.isFIFO();
    }

    private static void file(TarArchiveEntry entry, InputStream in, Path path) throws IOException {
        try (OutputStream out = Files.newOutputStream(path)) {
            in.transferTo(out);
        }
        // Of the archive's permissions only this matters; set-user bits above all do not.
        boolean executable = (entry.getMode() & 0111) != 0;
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    /** The place that a name means; refused where that is not below the target. */
    private static Path inside(Path target, Path from, String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME || name.startsWith("/") || name.indexOf('\\') >= 0) {
            throw new BuildUnavailable(
                    "archive: '%s' (expected: a relative path with forward slashes)".formatted(name));
        }
        try {
            var path = from.resolve(name).normalize();
            if (!path.startsWith(target)) {
                throw new BuildUnavailable("archive: '%s' leads out of it".formatted(name));
            }
            return path;
        } catch (InvalidPathException e) {
            throw new BuildUnavailable("archive: a name that is no path", e);
        }
    }

    private static void makeParents(Path target, Path path, TarArchiveEntry entry) throws IOException {
        refuseLinks(target, parent(path), entry);
        var missing = target;
        for (var part : target.relativize(parent(path))) {
            missing = missing.resolve(part);
            if (!part.toString().isEmpty()) {
                folder(missing);
            }
        }
    }

    /** Nothing is reached through a link, or a link inside and a file through it would lead out in two steps. */
    private static void refuseLinks(Path target, Path path, TarArchiveEntry entry) {
        for (var part = path; part.startsWith(target) && !part.equals(target); part = parent(part)) {
            if (Files.isSymbolicLink(part)) {
                throw refused(entry, "goes through a link");
            }
        }
    }

    private static void folder(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectory(path);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    private static BuildUnavailable refused(TarArchiveEntry entry, String why) {
        return new BuildUnavailable("archive: '%s' %s".formatted(entry.getName(), why));
    }

    private InputStream open(Path stored, String compression) throws IOException {
        var raw = new BufferedInputStream(Files.newInputStream(stored), BUFFER_BYTES);
        var plain = switch (compression) {
            case "none" -> raw;
            case "gzip" -> new GZIPInputStream(raw, BUFFER_BYTES);
            case "lz4" -> new FramedLZ4CompressorInputStream(raw, true);
            default ->
                throw new BuildUnavailable("compression: '%s' (expected: none, gzip or lz4)".formatted(compression));
        };
        return new Bounded(plain, bounds.bytesFor(Files.size(stored)));
    }

    /** Counts what comes out, whatever the archive says of itself. */
    private static final class Bounded extends FilterInputStream {

        private final long atMost;
        private long count;

        Bounded(InputStream in, long atMost) {
            super(in);
            this.atMost = atMost;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            count(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count(Math.max(0, read));
            return read;
        }

        @Override
        public long skip(long wanted) throws IOException {
            long skipped = super.skip(wanted);
            count(skipped);
            return skipped;
        }

        private void count(long more) {
            count += more;
            if (count > atMost) {
                throw new BuildUnavailable("build: unpacks to more than %d bytes".formatted(atMost));
            }
        }
    }
}
