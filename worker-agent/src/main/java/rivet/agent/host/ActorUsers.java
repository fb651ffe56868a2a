package rivet.agent.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user number of its own for each sandbox. The numbers are lent for the whole machine, by locks on the bytes of one
 * file: two agents beside each other never give out the same one, and so a process of that user is ours to kill.
 */
final class ActorUsers {

    private static final Logger log = LoggerFactory.getLogger(ActorUsers.class);

    private static final Path LOCKS = Path.of("/run/rivet-actor-users.lock");

    /** Both are per process and not per agent, because the kernel's locks are: it drops all when any channel closes. */
    private static final Set<Long> TAKEN_HERE = ConcurrentHashMap.newKeySet();

    private static final @Nullable FileChannel CHANNEL = open();

    private final UserRange range;
    private final AtomicLong next;

    ActorUsers(UserRange range) {
        this.range = range;
        this.next = new AtomicLong(range.first());
    }

    /** Counts on, so that a number just given back rests before it is used again. */
    User take() {
        for (long tries = 0; tries < range.size(); tries++) {
            long number = range.first() + Math.floorMod(next.getAndIncrement() - range.first(), range.size());
            if (TAKEN_HERE.add(number)) {
                var user = claim(number);
                if (user != null) {
                    return user;
                }
                TAKEN_HERE.remove(number);
            }
        }
        throw new IllegalStateException("users %d to %d are all in use".formatted(range.first(), range.last()));
    }

    /** The same number again for a process that lives with it since an earlier run. */
    User retake(long number) {
        TAKEN_HERE.add(number);
        var user = claim(number);
        return user == null ? new User(number, null) : user;
    }

    record User(long number, @Nullable FileLock lock) implements AutoCloseable {

        @Override
        public void close() {
            try {
                if (lock != null) {
                    lock.release();
                }
            } catch (IOException e) {
                log.atWarn().addKeyValue("user", number).setCause(e).log("a user number could not be given back");
            }
            TAKEN_HERE.remove(number);
        }
    }

    private static @Nullable User claim(long number) {
        if (CHANNEL == null) {
            return new User(number, null);
        }
        try {
            var lock = CHANNEL.tryLock(number, 1, false);
            return lock == null ? null : new User(number, lock);
        } catch (OverlappingFileLockException _) {
            return null; // This process has it already.
        } catch (IOException e) {
            log.atWarn().addKeyValue("user", number).setCause(e).log("a user number could not be locked");
            return null;
        }
    }

    private static @Nullable FileChannel open() {
        try {
            return FileChannel.open(LOCKS, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", LOCKS).setCause(e).log("user numbers are not locked against other agents");
            return null;
        }
    }
}
