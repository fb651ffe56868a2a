package rivet.agent.dir;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import rivet.agent.bundle.BuildUnavailable;
import rivet.agent.bundle.Download;
import rivet.agent.bundle.Trees;
import rivet.agent.dir.DirRefused.Kind;
import rivet.protocol.ActorId;
import rivet.protocol.link.DirOpened;

/**
 * The door. Thread-safe. Each actor that has a directory has a home here, with the directory and what is known of it; homes that no
 * process uses are given up as soon as the control plane has what is in them, or does not want it any more.
 */
public final class ActorDirs implements AutoCloseable {

    /** For a start that finds no control plane. */
    private static final Duration OPEN_BOUND = Duration.ofSeconds(30);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final Path folder;
    private final Remote remote;
    private final Download download;
    private final Disk disk;
    private final DirMeters meters;
    private final Map<ActorId, Dir> inUse = new ConcurrentHashMap<>();
    private final Sweep sweep;

    /** @param folder nobody else writes there; actors' users must be able to walk through it */
    public ActorDirs(Path folder, Remote remote, MeterRegistry registry) {
        this(folder, remote, registry, Download.USUAL, Disk.REAL);
    }

    ActorDirs(Path folder, Remote remote, MeterRegistry registry, Download download, Disk disk) {
        this.folder = folder;
        this.remote = remote;
        this.download = download;
        this.disk = disk;
        this.meters = new DirMeters(registry);
        meters.watch(inUse.values());
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.sweep = new Sweep(this, folder);
    }

    /**
     * The control plane. What it refuses for good is a {@link DirRefused}; an {@link IOException}: it is away, and the same may be
     * asked again.
     */
    public interface Remote {

        /** @param held the generation whose directory is here; 0: none is */
        DirOpened open(ActorId actor, long generation, long held) throws IOException, DirRefused, InterruptedException;

        /** @return the checkpoint's number */
        long take(Upload upload, Duration atMost) throws IOException, DirRefused, InterruptedException;

        /** Of an actor that has no directory: its store. @param id names it, so that a retry is known @return the checkpoint's number */
        long takeStore(UUID id, ActorId actor, long generation, Duration atMost)
                throws IOException, DirRefused, InterruptedException;

        /** Its bytes as stored; the caller closes and checks them. */
        InputStream download(ActorId actor, long number) throws IOException, InterruptedException;

        void overQuota(ActorId actor, long generation, long bytes, long quotaBytes)
                throws IOException, DirRefused, InterruptedException;
    }

    /**
     * @param id names it, so that a retry is known
     * @param stopped whether nothing can be written after it
     */
    public record Upload(
            UUID id,
            ActorId actor,
            long generation,
            boolean stopped,
            Path file,
            long sizeBytes,
            long contentBytes,
            String sha256) {}

    /** As the newest generation left it, for one that is about to be started. Waits while it is brought here. */
    public Dir open(ActorId actor, long generation, long quotaBytes) throws DirRefused, InterruptedException {
        var dir = reopen(actor, generation, quotaBytes);
        try {
            sweep.await(actor);
            fill(dir);
            return dir;
        } catch (IOException | BuildUnavailable | UncheckedIOException e) {
            dir.close();
            throw new DirRefused(Kind.UNAVAILABLE, "the actor's directory could not be brought here: " + e, e);
        } catch (DirRefused | InterruptedException | RuntimeException e) {
            dir.close();
            throw e;
        }
    }

    /** For a process that an earlier run of the agent had started. */
    public Dir reopen(ActorId actor, long generation, long quotaBytes) {
        var dir = new Dir(new Dir.Owner(actor, generation, quotaBytes), folder.resolve(actor.toString()), remote, this);
        inUse.put(actor, dir);
        return dir;
    }

    /** For an actor without a directory: keeps what its store holds now. @return the checkpoint's number */
    public long checkpointStore(ActorId actor, long generation, Duration atMost)
            throws DirRefused, InterruptedException {
        return meters.asked(() -> storeTaken(actor, generation, atMost));
    }

    private long storeTaken(ActorId actor, long generation, Duration atMost) throws DirRefused, InterruptedException {
        var id = UUID.randomUUID();
        long giveUp = System.nanoTime() + atMost.toNanos();
        try {
            return persistently(giveUp, () -> remote.takeStore(id, actor, generation, left(giveUp)));
        } catch (IOException e) {
            throw new DirRefused(Kind.UNAVAILABLE, "the checkpoint could not be taken: " + e, e);
        }
    }

    static Duration left(long giveUp) {
        return Duration.ofNanos(Math.max(1, giveUp - System.nanoTime()));
    }

    @Override
    public void close() {
        sweep.close();
    }

    /** Of those that processes use now. */
    Iterable<Dir> used() {
        return inUse.values();
    }

    boolean isUsed(ActorId actor) {
        return inUse.containsKey(actor);
    }

    void released(Dir dir) {
        inUse.remove(dir.owner().actor(), dir);
    }

    DirMeters meters() {
        return meters;
    }

    Remote remote() {
        return remote;
    }

    Disk disk() {
        return disk;
    }

    private void fill(Dir dir) throws IOException, DirRefused, InterruptedException {
        var home = dir.home();
        var owner = dir.owner();
        Files.createDirectories(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(Dir.UNUSED));
        long held = Files.isDirectory(dir.path())
                ? DirState.read(home).map(DirState::generation).orElse(0L)
                : 0;
        var opened = persistently(
                System.nanoTime() + OPEN_BOUND.toNanos(), () -> remote.open(owner.actor(), owner.generation(), held));
        if (!opened.keep()) {
            DirState.remove(home); // half of it is not to be taken for all of it
            Trees.remove(dir.path());
            bring(dir, opened);
        }
        new DirState(owner.generation(), owner.quotaBytes(), false).write(home);
    }

    private void bring(Dir dir, DirOpened opened) throws IOException, InterruptedException {
        var checkpoint = opened.checkpoint();
        var fresh = dir.home().resolve("fresh");
        Trees.remove(fresh);
        if (checkpoint == null) {
            Files.createDirectory(fresh);
        } else {
            var packed = dir.home().resolve("packed");
            try {
                var owner = dir.owner();
                var expected = new Download.Expected(
                        "checkpoint " + checkpoint.number(), checkpoint.sizeBytes(), checkpoint.sha256());
                download.to(packed, expected, () -> remote.download(owner.actor(), checkpoint.number()));
                Pack.unpack(packed, Dir.mostBytes(owner.quotaBytes()), fresh);
                disk.sync(dir.home()); // before it is said to be here
            } finally {
                Files.deleteIfExists(packed);
            }
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
        Files.move(fresh, dir.path());
    }

    interface Attempt<T> {

        T once() throws IOException, DirRefused, InterruptedException;
    }

    /** Again and again while there is time: all that is asked can be asked twice. */
    static <T> T persistently(long giveUp, Attempt<T> attempt) throws IOException, DirRefused, InterruptedException {
        for (long pause = FIRST_PAUSE.toNanos(); ; pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos())) {
            try {
                return attempt.once();
            } catch (IOException e) {
                if (giveUp - System.nanoTime() <= pause) {
                    throw e;
                }
            }
            TimeUnit.NANOSECONDS.sleep(pause);
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
