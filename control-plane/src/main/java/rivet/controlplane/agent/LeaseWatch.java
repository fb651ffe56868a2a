package rivet.controlplane.agent;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rivet.protocol.AgentId;

/**
 * How long this replica has seen each lease unchanged, on its own monotonic clock: a database whose clock jumps, or a replica
 * that was paused, makes nobody look lost. Pure but for its memory; for one thread.
 */
final class LeaseWatch {

    /** Who looked away for longer starts all observations anew. */
    private static final long LONGEST_GAP = Duration.ofSeconds(2).toNanos();

    private Map<AgentId, Seen> seen = Map.of();
    private @Nullable Long lookedAt;

    /** @param age of the lease by the database's clock */
    record Held(AgentId agent, long epoch, long leaseSeq, Duration age) {

        boolean isSameLease(Held other) {
            return agent.equals(other.agent) && epoch == other.epoch && leaseSeq == other.leaseSeq;
        }
    }

    /** @param lasts at least so long by both clocks */
    record Silence(Held lease, Duration lasts) {}

    private record Seen(long epoch, long leaseSeq, long since) {

        boolean same(Held held) {
            return epoch == held.epoch() && leaseSeq == held.leaseSeq();
        }
    }

    /** @param asked when the leases were asked for @param answered when they were there, both monotonic */
    List<Silence> look(List<Held> leases, long asked, long answered) {
        // Who waited long for the answer has not seen what was meanwhile either.
        var known = lookedAt != null && answered - lookedAt <= LONGEST_GAP ? seen : Map.<AgentId, Seen>of();
        var now = new HashMap<AgentId, Seen>();
        for (var held : leases) {
            var before = known.get(held.agent());
            now.put(
                    held.agent(),
                    before != null && before.same(held) ? before : new Seen(held.epoch(), held.leaseSeq(), answered));
        }
        seen = now;
        lookedAt = answered;
        return leases.stream()
                .map(held -> new Silence(held, shorter(held.age(), asked, now.get(held.agent()))))
                .toList();
    }

    private static Duration shorter(Duration age, long asked, @Nullable Seen seen) {
        var observed = seen == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, asked - seen.since()));
        return age.compareTo(observed) < 0 ? age : observed;
    }
}
