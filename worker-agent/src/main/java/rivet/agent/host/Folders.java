package rivet.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where actors' files are: a place that their users can walk into. */
final class Folders {

    private static final Logger log = LoggerFactory.getLogger(Folders.class);

    private static final Path SHARED = Path.of("/var/tmp");

    /** Leaves room for a sandbox's name and a socket's. */
    private static final int MOST_SOCKETS_PATH_BYTES = 107 - 36 - 20;

    private Folders() {}

    /**
     * The data folder itself if other users can reach it, and else one of its own beside everyone's temporary files, such
     * as for an agent whose data is in root's home.
     */
    static Path forActors(Path data) {
        if (isReachable(data)) {
            return data;
        }
        var folder = SHARED.resolve("rivet-" + digest(data));
        makeOurs(folder);
        log.atInfo()
                .addKeyValue("data", data)
                .addKeyValue("folder", folder)
                .log("actors' users cannot reach the data folder; their files are kept elsewhere");
        return folder;
    }

    /** The path of a socket has at most 107 bytes, whatever that of a file may have. */
    static Path forSockets(Path files) {
        var folder = files.resolve("sockets");
        if (folder.toString().getBytes(StandardCharsets.UTF_8).length <= MOST_SOCKETS_PATH_BYTES) {
            return make(folder, "rwx--x--x");
        }
        var shared = SHARED.resolve("rivet-sockets-" + digest(files));
        makeOurs(shared);
        return shared;
    }

    /** Whether a user with no other right can walk to it and, if it is a file, execute it. */
    static boolean isReachable(Path path) {
        try {
            for (Path part = path.toRealPath(); part != null; part = part.getParent()) {
                if (!Files.getPosixFilePermissions(part).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path make(Path folder, String permissions) {
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param kept names of those that stay */
    static void removeAllBut(Path folder, Set<String> kept) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var inside = Files.newDirectoryStream(
                folder, path -> !kept.contains(path.getFileName().toString()))) {
            inside.forEach(Folders::remove);
        } catch (IOException e) {
            log.atWarn().addKeyValue("folder", folder).setCause(e).log("a folder could not be listed");
        }
    }

    /** Follows no link; whatever cannot be removed stays, and is said. */
    static void remove(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new Remover());
        } catch (IOException e) {
            log.atWarn().addKeyValue("folder", folder).setCause(e).log("a folder could not be removed");
        }
    }

    /** In a place where anyone may make anything, so a folder that was there before is ours only if it shows it. */
    private static void makeOurs(Path folder) {
        try {
            try {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            } catch (FileAlreadyExistsException _) {
                checkOurs(folder);
            }
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void checkOurs(Path folder) throws IOException {
        var attributes = Files.readAttributes(folder, "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
        var own = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        boolean writableByOthers = attributes.get("mode") instanceof Integer mode && (mode & 022) != 0;
        if (!Boolean.TRUE.equals(attributes.get("isDirectory"))
                || !own.equals(attributes.get("uid"))
                || writableByOthers) {
            throw new IllegalStateException(
                    "%s: made by someone else (expected: a folder of ours that no one else can write; remove it)"
                            .formatted(folder));
        }
    }

    private static String digest(Path data) {
        try {
            var hash = MessageDigest.getInstance("SHA-256")
                    .digest(data.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
        }
    }
}
