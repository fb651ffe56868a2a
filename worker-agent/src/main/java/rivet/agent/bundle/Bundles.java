package rivet.agent.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.link.ActorSpec;

/** The builds on this disk, one folder for each digest; who wants one that is on its way waits for the same download. */
public final class Bundles {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Settings settings;
    private final Source source;
    private final Executor threads = Thread.ofVirtual().name("fetch-", 0)::start;

    /** All guarded by {@code this}. */
    private final Map<Path, Entry> entries = new HashMap<>();

    /**
     * @param folder nobody else writes there; actors' users must be able to walk through it
     * @param keepBytes beyond it, builds that no actor uses are removed, those first that were used longest ago
     */
    public record Settings(Path folder, long keepBytes) {}

    /** Where bytes come from; who asks closes the stream. */
    @FunctionalInterface
    public interface Source {

        InputStream open(BuildId build) throws IOException, InterruptedException;
    }

    private static final class Entry {

        private final CompletableFuture<Void> ready = new CompletableFuture<>();
        private int users;
        private long sizeBytes;
        private long lastUse = System.nanoTime();
    }

    public Bundles(Settings settings, Source source) {
        this.settings = settings;
        this.source = source;
        recall();
    }

    /** Completes with a {@link BuildUnavailable} if it cannot be had. */
    public CompletableFuture<Bundle> fetch(ActorSpec.Build build) {
        if (!SHA256.matcher(build.sha256()).matches()) {
            return CompletableFuture.failedFuture(
                    new BuildUnavailable("build %s: digest '%s' (expected: SHA-256 in lower-case hex)"
                            .formatted(build.id(), build.sha256())));
        }
        var folder = settings.folder().resolve(build.sha256() + "-" + build.kind() + "-" + build.compression());
        var entry = use(folder, build);
        return entry.ready
                .thenApply(_ -> new Bundle(content(folder), new Held(entry)))
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        release(entry);
                    }
                });
    }

    /** What one bundle gives back, and adds to. */
    private final class Held implements Bundle.Keeper {

        private final Entry entry;

        Held(Entry entry) {
            this.entry = entry;
        }

        @Override
        public void grown(long bytes) {
            synchronized (Bundles.this) {
                entry.sizeBytes += bytes;
            }
        }

        @Override
        public void release() {
            Bundles.this.release(entry);
        }
    }

    private synchronized Entry use(Path folder, ActorSpec.Build build) {
        var known = entries.get(folder);
        var entry = known == null ? new Entry() : known;
        entry.users++;
        if (known == null) {
            entries.put(folder, entry);
            threads.execute(() -> bring(folder, entry, build));
        }
        return entry;
    }

    private synchronized void release(Entry entry) {
        entry.users--;
        entry.lastUse = System.nanoTime();
        evict();
    }

    private void bring(Path folder, Entry entry, ActorSpec.Build build) {
        try {
            var size = unpacked(folder, build);
            synchronized (this) {
                entry.sizeBytes = size;
            }
            entry.ready.complete(null);
        } catch (IOException | RuntimeException e) {
            synchronized (this) {
                entries.remove(folder);
            }
            entry.ready.completeExceptionally(
                    e instanceof BuildUnavailable
                            ? e
                            : new BuildUnavailable("build %s: %s".formatted(build.id(), e), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            entry.ready.completeExceptionally(new BuildUnavailable("build: the fetch was interrupted", e));
        }
    }

    /** All in a folder of another name, so that a folder of the right name is always whole. */
    private long unpacked(Path folder, ActorSpec.Build build) throws IOException, InterruptedException {
        var fresh = Files.createTempDirectory(settings.folder(), ".new-");
        try {
            var stored = fresh.resolve("stored");
            Download.USUAL.to(
                    stored,
                    new Download.Expected("build " + build.id(), build.sizeBytes(), build.sha256()),
                    () -> source.open(build.id()));
            var unpack = new Unpack(Unpack.Bounds.DEFAULT);
            switch (build.kind()) {
                case JAVASCRIPT -> {
                    unpack.file(stored, build.compression(), content(fresh));
                    InlineMap.moveOut(content(fresh), fresh.resolve(Bundle.MODULE_MAP));
                }
                case JAVA -> unpack.file(stored, build.compression(), content(fresh));
                case EXECUTABLE -> unpack.tar(stored, build.compression(), content(fresh));
                case OCI_BUNDLE, DOCKER_IMAGE ->
                    throw new BuildUnavailable("build kind %s: this agent cannot run it (expected: %s, %s or %s)"
                            .formatted(build.kind(), BuildKind.JAVASCRIPT, BuildKind.JAVA, BuildKind.EXECUTABLE));
            }
            Files.delete(stored);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            return Trees.sizeBytes(folder);
        } finally {
            Trees.remove(fresh);
        }
    }

    /** What an earlier run fetched is whole, because it has its final name; the rest is removed. */
    private void recall() {
        try {
            Files.createDirectories(settings.folder());
            Files.setPosixFilePermissions(settings.folder(), PosixFilePermissions.fromString("rwx--x--x"));
            try (var folders = Files.newDirectoryStream(settings.folder())) {
                for (var folder : folders) {
                    if (Files.exists(content(folder))
                            && !folder.getFileName().toString().startsWith(".")) {
                        var entry = new Entry();
                        entry.sizeBytes = Trees.sizeBytes(folder);
                        entry.ready.complete(null);
                        entries.put(folder, entry);
                    } else {
                        Trees.remove(folder);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Caller holds {@code this}. */
    private void evict() {
        long total =
                entries.values().stream().mapToLong(entry -> entry.sizeBytes).sum();
        var idle = entries.entrySet().stream()
                .filter(entry -> entry.getValue().users == 0)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().lastUse))
                .toList();
        for (var entry : idle) {
            if (total <= settings.keepBytes()) {
                return;
            }
            total -= entry.getValue().sizeBytes;
            entries.remove(entry.getKey());
            Trees.remove(entry.getKey());
        }
    }

    private static Path content(Path folder) {
        return folder.resolve("content");
    }

    /** What {@link #fetch} failed with, without the wrapping of futures. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
