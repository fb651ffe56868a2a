package rivet.agent.host;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import rivet.agent.linux.UserLocks;

/** A user number of its own for each sandbox, and nobody else's on the machine: a process of that user is ours to kill. */
final class ActorUsers {

    /** For each process and not each agent, as the locks are. */
    private static final Set<Long> TAKEN_HERE = ConcurrentHashMap.newKeySet();

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
                var locked = UserLocks.lend(number);
                if (locked != null) {
                    return new User(number, locked);
                }
                TAKEN_HERE.remove(number);
            }
        }
        throw new IllegalStateException("users %d to %d are all in use".formatted(range.first(), range.last()));
    }

    /** The same number again for a process that lives with it since an earlier run. */
    User retake(long number) {
        TAKEN_HERE.add(number);
        return new User(number, UserLocks.lendAgain(number));
    }

    record User(long number, UserLocks.@Nullable Locked locked) implements AutoCloseable {

        @Override
        public void close() {
            if (locked != null) {
                locked.close();
            }
            TAKEN_HERE.remove(number);
        }
    }
}
