package rivet.agent.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks on user numbers for the whole machine, as bytes of one file: agents beside each other never give out the same one. An
 * agent locks what it lends; its warden locks, in a second range, what its processes have, because they outlive the agent.
 */
public final class UserLocks {

    private static final Logger log = LoggerFactory.getLogger(UserLocks.class);

    private static final Path FILE = Path.of("/run/rivet-actor-users.lock");

    private static final long WARDENS = 1L << 40;

    /** One for each process and not for each agent, because the kernel's locks are: it drops all when any channel closes. */
    private static final @Nullable FileChannel CHANNEL = open();

    private UserLocks() {}

    /** What was locked; closing it twice does no harm. */
    public record Locked(@Nullable FileLock lock) implements AutoCloseable {

        @Override
        public void close() {
            try {
                if (lock != null) {
                    lock.release();
                }
            } catch (IOException e) {
                log.atWarn().setCause(e).log("a user number could not be given back");
            }
        }
    }

    /** Null when another agent lends it, or a process that outlived its agent has it. */
    public static @Nullable Locked lend(long number) {
        var lent = lock(number);
        if (lent == null) {
            return null;
        }
        try (var held = lock(WARDENS + number)) {
            if (held != null) {
                return lent;
            }
        }
        lent.close();
        return null;
    }

    /** For an agent that comes back to its processes; null when this process has it already. */
    public static @Nullable Locked lendAgain(long number) {
        return lock(number);
    }

    /** For a warden, as long as processes may have the number; null when this process has it already. */
    public static @Nullable Locked hold(long number) {
        return lock(WARDENS + number);
    }

    private static @Nullable Locked lock(long place) {
        if (CHANNEL == null) {
            return new Locked(null);
        }
        try {
            var lock = CHANNEL.tryLock(place, 1, false);
            return lock == null ? null : new Locked(lock);
        } catch (OverlappingFileLockException _) {
            return null;
        } catch (IOException e) {
            log.atWarn().addKeyValue("place", place).setCause(e).log("a user number could not be locked");
            return null;
        }
    }

    private static @Nullable FileChannel open() {
        try {
            return FileChannel.open(FILE, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            log.atWarn().addKeyValue("file", FILE).setCause(e).log("user numbers are not locked against other agents");
            return null;
        }
    }
}
