package rivet.agent.dir;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.bundle.Trees;
import rivet.protocol.ActorId;

/**
 * Looks at the quotas of directories that are used, and gives up those that are not: a kept one after a while in which its actor
 * could have come back, another as soon as it is kept after all, or the control plane says that it is outdated.
 */
final class Sweep implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Sweep.class);

    private static final Duration EVERY = Duration.ofSeconds(10);

    /** Starts after crashes are that far apart at most. */
    private static final Duration REST = Duration.ofMinutes(10);

    private static final Duration KEEP_BOUND = Duration.ofSeconds(20);

    private final ActorDirs dirs;
    private final Path folder;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition done = lock.newCondition();
    private final Map<Path, Long> unusedSince = new HashMap<>();
    private final Thread thread = Thread.ofVirtual().name("dirs").unstarted(this::run);
    private @Nullable ActorId sweeping;

    Sweep(ActorDirs dirs, Path folder) {
        this.dirs = dirs;
        this.folder = folder;
        thread.start();
    }

    /** Returns when the actor's home is left alone. It is not looked at again while it is used. */
    void await(ActorId actor) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (actor.equals(sweeping)) {
                done.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                lookAtQuotas();
                giveUpUnused();
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private void lookAtQuotas() throws InterruptedException {
        for (var dir : dirs.used()) {
            try {
                dir.lookAtQuota();
            } catch (IOException | DirRefused e) {
                log.atDebug()
                        .addKeyValue("actor", dir.owner().actor())
                        .setCause(e)
                        .log("a quota was not looked at");
            }
        }
    }

    private void giveUpUnused() throws InterruptedException {
        try (var homes = Files.newDirectoryStream(folder)) {
            for (var home : homes) {
                giveUp(home);
            }
        } catch (IOException | DirectoryIteratorException e) {
            log.atWarn().setCause(e).log("actors' directories could not be listed");
        }
    }

    private void giveUp(Path home) throws InterruptedException {
        var actor = actor(home);
        if (actor == null) {
            Trees.remove(home);
        } else if (begin(actor)) {
            try {
                giveUp(actor, home);
            } finally {
                end();
            }
        } else {
            unusedSince.remove(home);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void giveUp(ActorId actor, Path home) {
        allowNobody(home);
        var state = DirState.read(home);
        long since = unusedSince.computeIfAbsent(home, _ -> System.nanoTime());
        if (state.isEmpty() || (state.get().kept() && System.nanoTime() - since >= REST.toNanos())) {
            Trees.remove(home);
            unusedSince.remove(home);
        } else if (!state.get().kept()) {
            var owner =
                    new Dir.Owner(actor, state.get().generation(), state.get().quotaBytes());
            var _ = new Dir(owner, home, dirs.remote(), dirs).keep(KEEP_BOUND);
        }
    }

    /** Of a process that ended when there was no agent. */
    private static void allowNobody(Path home) {
        try {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(Dir.UNUSED));
        } catch (IOException e) {
            log.atWarn().addKeyValue("folder", home).setCause(e).log("an actor's directory could not be closed");
        }
    }

    private boolean begin(ActorId actor) {
        lock.lock();
        try {
            if (dirs.isUsed(actor)) {
                return false;
            }
            sweeping = actor;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            sweeping = null;
            done.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable ActorId actor(Path home) {
        try {
            return ActorId.parse(home.getFileName().toString());
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
