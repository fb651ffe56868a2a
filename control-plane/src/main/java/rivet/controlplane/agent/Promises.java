package rivet.controlplane.agent;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import rivet.controlplane.agent.LeaseWatch.Held;
import rivet.protocol.AgentId;

/**
 * Which agents this replica has promised not to replace while the database was away, and which it may have replaced without
 * knowing. Between the two there is never both: it promises nothing while a replacement may still happen, and replaces
 * nobody before a promise is over. Kept in memory only; pure but for that. Thread-safe.
 */
@Component
final class Promises {

    private final long lasts;
    private final long startedAt;
    private final Map<AgentId, Long> promisedAt = new HashMap<>();
    private final Map<AgentId, Held> replacing = new HashMap<>();

    @Autowired
    Promises(AgentSettings settings, LongSupplier monotonic) {
        this(settings.replaceAfter(), monotonic.getAsLong());
    }

    /** @param lasts how long a promise is kept @param now monotonic, as everywhere here */
    Promises(Duration lasts, long now) {
        this.lasts = lasts.toNanos();
        this.startedAt = now;
    }

    /** @return whether the agent may be told so; one that started just now cannot speak for the one before */
    synchronized boolean promise(AgentId agent, long now) {
        if (now - startedAt < lasts || replacing.containsKey(agent)) {
            return false;
        }
        promisedAt.put(agent, now);
        return true;
    }

    /** @return whether the agent may be replaced; then nothing is promised to it until the outcome is known */
    synchronized boolean begin(Held lease, long now) {
        var promised = promisedAt.get(lease.agent());
        if (now - startedAt < lasts || (promised != null && now - promised < lasts)) {
            return false;
        }
        replacing.put(lease.agent(), lease);
        return true;
    }

    /** It is known whether the agent was replaced. */
    synchronized void ended(AgentId agent) {
        replacing.remove(agent);
    }

    /**
     * A replacement of unknown outcome can happen for as long as the lease is the one that it was about, however late: the
     * database may still have it in its ears. Nothing else ends the doubt.
     */
    synchronized void saw(Collection<Held> leases, long now) {
        promisedAt.values().removeIf(promised -> now - promised >= lasts);
        replacing.values().removeIf(attempt -> leases.stream().noneMatch(attempt::isSameLease));
    }
}
