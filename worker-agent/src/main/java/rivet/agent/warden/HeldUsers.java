package rivet.agent.warden;

import java.util.HashMap;
import java.util.Map;
import rivet.agent.linux.UserLocks;

/** The user numbers that processes here have, kept from all other agents of the machine. Not thread-safe. */
final class HeldUsers {

    private final Map<Long, UserLocks.Locked> locks = new HashMap<>();

    /** @param user -1 for none */
    void hold(long user) {
        var lock = user < 0 || locks.containsKey(user) ? null : UserLocks.hold(user);
        if (lock != null) {
            locks.put(user, lock);
        }
    }

    void giveBack(long user) {
        var lock = locks.remove(user);
        if (lock != null) {
            lock.close();
        }
    }
}
