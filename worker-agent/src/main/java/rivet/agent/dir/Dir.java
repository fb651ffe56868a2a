package rivet.agent.dir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.bundle.Trees;
import rivet.agent.dir.DirRefused.Kind;
import rivet.protocol.ActorId;

/** The directory of one generation of one actor. Thread-safe. */
public final class Dir implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Dir.class);

    /** For what a process left when it ended: its successor waits for it. Beyond that it is told, and stays here. */
    static final Duration KEEP_BOUND = Duration.ofMinutes(5);

    /** Of a home that no process uses. */
    static final String UNUSED = "rwx------";

    private static final int TRIES_WHILE_WRITTEN = 3;

    /** Twice what kernels count the times of files in at most: what is written after it has another time than what was before. */
    static final Duration TICK = Duration.ofMillis(20);

    private final Owner owner;
    private final Path home;
    private final ActorDirs.Remote remote;
    private final ActorDirs dirs;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean ended;
    private boolean overQuotaTold;
    private volatile long bytes;

    Dir(Owner owner, Path home, ActorDirs.Remote remote, ActorDirs dirs) {
        this.owner = owner;
        this.home = home;
        this.remote = remote;
        this.dirs = dirs;
    }

    record Owner(ActorId actor, long generation, long quotaBytes) {}

    /**
     * What is beyond the quota when a process ends is kept all the same, or a move would lose it; but not without bound.
     */
    static long mostBytes(long quotaBytes) {
        return 2 * quotaBytes;
    }

    /** Its user's by now: until then no other user may get as far as it, who may have the number that its last one had. */
    public void admit() {
        allow("rwx--x--x");
    }

    private void allow(String permissions) {
        try {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(permissions));
        } catch (NoSuchFileException _) {
            // nobody needed it any more
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the actor's process has for itself. */
    public Path path() {
        return home.resolve("content");
    }

    /**
     * Keeps what is in it now, for its process; returns when the control plane has it.
     *
     * @return the checkpoint's number
     */
    public long checkpoint(Duration atMost) throws DirRefused, InterruptedException {
        return dirs.meters().asked(() -> taken(atMost));
    }

    private long taken(Duration atMost) throws DirRefused, InterruptedException {
        try {
            return taken(owner.quotaBytes(), false, System.nanoTime() + atMost.toNanos());
        } catch (IOException e) {
            throw new DirRefused(Kind.UNAVAILABLE, "the checkpoint could not be taken: " + e, e);
        }
    }

    /**
     * Keeps what a process left that is gone; what the process asked for and is not begun is not taken any more.
     *
     * @return what went wrong, for people; empty if it is kept, or nobody needs it
     */
    public Optional<String> keep() {
        return keep(KEEP_BOUND);
    }

    Optional<String> keep(Duration atMost) {
        ended = true;
        var wrong = kept(atMost);
        dirs.meters().stopped(wrong.isEmpty());
        return wrong;
    }

    private Optional<String> kept(Duration atMost) {
        try {
            taken(mostBytes(owner.quotaBytes()), true, System.nanoTime() + atMost.toNanos());
            dirs.disk().sync(home); // the next start here goes on with it, and not with the checkpoint
            new DirState(owner.generation(), owner.quotaBytes(), true).write(home);
            return Optional.empty();
        } catch (DirRefused e) {
            if (e.kind() == Kind.STALE) {
                discard();
                return Optional.empty();
            }
            return failed(e);
        } catch (IOException e) {
            return failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(e);
        }
    }

    /** Nobody needs what is in it any more. */
    public void discard() {
        Trees.remove(home);
    }

    /** No process of this generation has it any more. */
    @Override
    public void close() {
        allow(UNUSED);
        dirs.released(this);
    }

    Owner owner() {
        return owner;
    }

    /** When it was looked at last; 0: it was not. */
    long bytes() {
        return bytes;
    }

    Path home() {
        return home;
    }

    /** Tells once that more is in it than may be, and again when it has been less meanwhile. */
    void lookAtQuota() throws IOException, DirRefused, InterruptedException {
        bytes = Contents.of(path()).bytes();
        if (bytes <= owner.quotaBytes()) {
            overQuotaTold = false;
        } else if (!overQuotaTold) {
            log.atWarn()
                    .addKeyValue("actor", owner.actor())
                    .addKeyValue("bytes", bytes)
                    .addKeyValue("quota", owner.quotaBytes())
                    .log("an actor's directory holds more than its quota");
            remote.overQuota(owner.actor(), owner.generation(), bytes, owner.quotaBytes());
            overQuotaTold = true;
        }
    }

    private Optional<String> failed(Exception why) {
        log.atError()
                .addKeyValue("actor", owner.actor())
                .addKeyValue("generation", owner.generation())
                .setCause(why)
                .log("what an actor left in its directory is not kept: it is on this agent only");
        return Optional.of(String.valueOf(why.getMessage()));
    }

    private long taken(long mostBytes, boolean stopped, long giveUp)
            throws IOException, DirRefused, InterruptedException {
        if (!lock.tryLock(ActorDirs.left(giveUp).toNanos(), TimeUnit.NANOSECONDS)) {
            throw new DirRefused(Kind.UNAVAILABLE, "nothing was done: the checkpoint before takes too long");
        }
        var packed = home.resolve("packed");
        try {
            if (ended && !stopped) {
                throw new DirRefused(Kind.UNAVAILABLE, "nothing was done: what the process left is being kept");
            }
            var upload = packed(packed, mostBytes, stopped, giveUp);
            return ActorDirs.persistently(giveUp, () -> remote.take(upload, ActorDirs.left(giveUp)));
        } finally {
            try {
                Files.deleteIfExists(packed);
            } finally {
                lock.unlock();
            }
        }
    }

    private ActorDirs.Upload packed(Path target, long mostBytes, boolean stopped, long giveUp)
            throws IOException, DirRefused, InterruptedException {
        for (int tries = 1; tries <= TRIES_WHILE_WRITTEN; tries++) {
            var before = Contents.of(path());
            Thread.sleep(TICK);
            if (!Contents.of(path()).equals(before)) {
                continue;
            }
            requireRoom(before, mostBytes);
            requireTime(giveUp);
            try {
                var packed = Pack.pack(path(), before, target);
                if (Contents.of(path()).equals(before)) {
                    return new ActorDirs.Upload(
                            UUID.randomUUID(),
                            owner.actor(),
                            owner.generation(),
                            stopped,
                            target,
                            packed.sizeBytes(),
                            before.bytes(),
                            packed.sha256());
                }
            } catch (IOException e) {
                if (Contents.of(path()).equals(before)) {
                    throw e;
                }
            }
        }
        throw new DirRefused(Kind.BUSY, "the directory was written to while it was read (expected: nobody writes)");
    }

    private static void requireTime(long giveUp) throws DirRefused {
        if (giveUp - System.nanoTime() <= 0) {
            throw new DirRefused(Kind.UNAVAILABLE, "nothing was done: there was no time left to pack the directory");
        }
    }

    private static void requireRoom(Contents contents, long mostBytes) throws DirRefused {
        long bytes = contents.bytes();
        if (bytes > mostBytes) {
            throw new DirRefused(
                    Kind.TOO_LARGE, "the directory: %d bytes (expected: at most %d)".formatted(bytes, mostBytes));
        }
        if (contents.entries().size() > Contents.MOST_ENTRIES) {
            throw new DirRefused(
                    Kind.TOO_LARGE,
                    "the directory: more than %d entries (expected: at most that)".formatted(Contents.MOST_ENTRIES));
        }
    }
}
