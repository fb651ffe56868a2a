package rivet.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file that shall become a build. Immutable: each method returns a new description.
 *
 * <pre>{@code BuildUpload.java(Path.of("target/counter.jar")).progress((sent, total) -> bar.show(sent, total))}</pre>
 */
public final class BuildUpload {

    /** How the file's bytes are compressed. */
    public enum Compression {
        /** Not at all. */
        NONE,
        /** As LZ4 frames. */
        LZ4,
        /** As gzip. */
        GZIP
    }

    /** Hears how far an upload is. */
    @FunctionalInterface
    public interface Progress {

        /**
         * Called again and again while bytes leave, from the threads that send them but never from two at once. The numbers
         * never get smaller, also when a part has to be sent again; the last call says that all bytes were sent. What it
         * throws ends the upload.
         *
         * @param sentBytes 0 to {@code totalBytes}
         * @param totalBytes the file's size
         */
        void sent(long sentBytes, long totalBytes);
    }

    private final Path file;
    private final String kind;
    private final @Nullable String imageTag;
    private final Compression compression;
    private final @Nullable Duration startTimeout;
    private final Progress progress;

    private BuildUpload(
            Path file,
            String kind,
            @Nullable String imageTag,
            Compression compression,
            @Nullable Duration startTimeout,
            Progress progress) {
        this.file = file;
        this.kind = kind;
        this.imageTag = imageTag;
        this.compression = compression;
        this.startTimeout = startTimeout;
        this.progress = progress;
    }

    /**
     * One ES module, bundled, which runs on Deno.
     *
     * @param file the module
     * @return a description
     */
    public static BuildUpload javascript(Path file) {
        return of(file, "javascript", null);
    }

    /**
     * One jar, with a class that implements {@code rivet.actor.Actor} and all that it needs but the SDK.
     *
     * @param file the jar
     * @return a description
     */
    public static BuildUpload java(Path file) {
        return of(file, "java", null);
    }

    /**
     * A tar archive with the program {@code start} at its root.
     *
     * @param file the archive
     * @return a description
     */
    public static BuildUpload executable(Path file) {
        return of(file, "executable", null);
    }

    /**
     * A tar archive of an OCI bundle.
     *
     * @param file the archive
     * @return a description
     */
    public static BuildUpload ociBundle(Path file) {
        return of(file, "oci_bundle", null);
    }

    /**
     * A Docker image as {@code docker save} writes it.
     *
     * @param file the archive
     * @param imageTag the image's tag in it
     * @return a description
     */
    public static BuildUpload dockerImage(Path file, String imageTag) {
        return of(file, "docker_image", imageTag);
    }

    /**
     * Says how the file is compressed; not at all unless said. The client sends the file as it is.
     *
     * @param compression how
     * @return a new description
     */
    public BuildUpload compressed(Compression compression) {
        return new BuildUpload(file, kind, imageTag, compression, startTimeout, progress);
    }

    /**
     * Sets how long a start of the build may take, from the spawn of an actor's process until it is ready, for actors and upgrades
     * that do not say; unless set, as long as is usual. A start that takes longer has failed.
     *
     * @param timeout 100 milliseconds to an hour; what is less than a millisecond is dropped
     * @return a new description
     * @throws IllegalArgumentException if the timeout is negative
     */
    public BuildUpload startTimeout(Duration timeout) {
        var checked = Checks.notNegative("startTimeout", timeout);
        return new BuildUpload(file, kind, imageTag, compression, checked, progress);
    }

    /**
     * Sets who hears how far the upload is; nobody unless set.
     *
     * @param progress the listener
     * @return a new description
     */
    public BuildUpload progress(Progress progress) {
        return new BuildUpload(file, kind, imageTag, compression, startTimeout, progress);
    }

    private static BuildUpload of(Path file, String kind, @Nullable String imageTag) {
        return new BuildUpload(file, kind, imageTag, Compression.NONE, null, (_, _) -> {});
    }

    Path file() {
        return file;
    }

    Progress progress() {
        return progress;
    }

    PrepareBody body(long bytes, String sha256) {
        return new PrepareBody(
                imageTag,
                new ImageFile(String.valueOf(file.getFileName()), bytes, sha256),
                kind,
                compression.name().toLowerCase(Locale.ROOT),
                startTimeout == null ? null : startTimeout.toMillis());
    }

    /** As it goes over the wire. */
    record PrepareBody(
            @Nullable String imageTag,
            ImageFile imageFile,
            String kind,
            String compression,
            @Nullable Long startTimeout) {}

    record ImageFile(String path, long contentLength, String sha256) {}
}
