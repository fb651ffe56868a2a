package rivet.agent.dir;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was in a directory when it was looked at; two that are equal say that nobody wrote to it between them, as far as sizes and
 * times of files tell. No link is followed.
 *
 * @param entries by their names below it, folders before what is in them
 */
record Contents(Map<Path, Entry> entries) {

    /** More are refused when it is made of a checkpoint, too. */
    static final int MOST_ENTRIES = 200_000;

    /** @param size of a file; 0 else */
    record Entry(Kind kind, long size, FileTime changed) {}

    enum Kind {
        FILE,
        FOLDER,
        LINK,
        /** A socket, a pipe, a device: nothing that can be kept. */
        OTHER
    }

    static Contents of(Path folder) throws IOException {
        var entries = new LinkedHashMap<Path, Entry>();
        Files.walkFileTree(folder, new Visitor(folder, entries));
        return new Contents(entries);
    }

    /** Of files; what its file system needs for them is not counted. */
    long bytes() {
        return entries.values().stream().mapToLong(Entry::size).sum();
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {

        private final Path root;
        private final Map<Path, Entry> entries;

        Visitor(Path root, Map<Path, Entry> entries) {
            this.root = root;
            this.entries = entries;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(root) ? FileVisitResult.CONTINUE : saw(folder, attributes);
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return saw(file, attributes);
        }

        /** Who writes there may remove what we were about to look at. */
        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
            return FileVisitResult.CONTINUE;
        }

        private FileVisitResult saw(Path path, BasicFileAttributes attributes) {
            var kind = kind(attributes);
            entries.put(
                    root.relativize(path),
                    new Entry(kind, kind == Kind.FILE ? attributes.size() : 0, attributes.lastModifiedTime()));
            return entries.size() > MOST_ENTRIES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        private static Kind kind(BasicFileAttributes attributes) {
            if (attributes.isSymbolicLink()) {
                return Kind.LINK;
            }
            if (attributes.isDirectory()) {
                return Kind.FOLDER;
            }
            return attributes.isRegularFile() ? Kind.FILE : Kind.OTHER;
        }
    }
}
