package rivet.agent.launch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import rivet.actor.ActorMain;

/**
 * The actor's side of the SDK, and nothing else of this agent's, as a jar that actors' processes can read. A JVM's cache
 * wants the very file that it was made with, so the same classes give the same file, and one that is there stays.
 */
final class SdkJar {

    private static final FileTime NO_TIME = FileTime.fromMillis(0);

    private SdkJar() {}

    static Path in(Path folder) throws IOException {
        var bytes = bytes();
        var jar = folder.resolve("rivet-actor-%s.jar".formatted(digest(bytes)));
        return Files.exists(jar) ? jar : PublicFiles.write(bytes, jar);
    }

    private static byte[] bytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            addSdk(zip);
            add(zip, classFile(Rehearsal.class), Rehearsal.class);
        }
        return bytes.toByteArray();
    }

    /** Where our own copy of it is: a jar, or in a checkout a folder. */
    private static void addSdk(ZipOutputStream zip) throws IOException {
        var place = place(ActorMain.class);
        if (Files.isDirectory(place)) {
            addAll(zip, place);
            return;
        }
        try (var files = FileSystems.newFileSystem(place)) {
            addAll(zip, files.getPath("/"));
        }
    }

    private static void addAll(ZipOutputStream zip, Path root) throws IOException {
        try (var files = Files.list(root.resolve("rivet/actor"))) {
            for (var file : files.filter(each -> each.toString().endsWith(".class"))
                    .sorted()
                    .toList()) {
                add(zip, root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
    }

    private static void add(ZipOutputStream zip, String name, Class<?> type) throws IOException {
        try (var in = Objects.requireNonNull(type.getResourceAsStream("/" + name), name)) {
            add(zip, name, in.readAllBytes());
        }
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setLastModifiedTime(NO_TIME);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static String classFile(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }

    private static Path place(Class<?> type) {
        try {
            var source = Objects.requireNonNull(type.getProtectionDomain().getCodeSource(), "code source");
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path has a place that is no path", e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
