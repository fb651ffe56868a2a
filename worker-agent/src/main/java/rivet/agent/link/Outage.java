package rivet.agent.link;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ReplicaId;
import rivet.protocol.link.ReplicaList;
import rivet.protocol.link.ReplicaList.Replica;

/**
 * What the replicas of the control plane have promised while none of them could grant anything. All of the list must have:
 * one that did not may be the one that replaces the agent. Counted from when each request was sent. Pure but for its memory;
 * for one thread.
 */
final class Outage {

    private final Map<ReplicaId, Long> promised = new HashMap<>();
    private @Nullable ReplicaList list;
    private @Nullable Long grantedFrom;
    private boolean acknowledged;

    /** The list that the agent holds; null while it was told none. */
    @Nullable
    ReplicaList list() {
        return list;
    }

    /**
     * Until the control plane knows that the agent holds any list at all, each replica may replace it.
     *
     * @param held the revision that the granted heartbeat told
     * @param newer what came with the grant
     */
    void granted(long sent, @Nullable Long held, @Nullable ReplicaList newer) {
        grantedFrom = sent;
        acknowledged |= held != null;
        if (newer != null && (list == null || newer.revision() > list.revision())) {
            list = newer;
            promised.keySet()
                    .retainAll(newer.replicas().stream().map(Replica::id).toList());
        }
    }

    void promised(ReplicaId by, long sent) {
        promised.merge(by, sent, (before, now) -> now - before > 0 ? now : before);
    }

    /** @param lasts of one promise @param longest without a grant, in nanoseconds like all here @return empty: nothing */
    OptionalLong until(long lasts, long longest) {
        if (list == null || list.replicas().isEmpty() || grantedFrom == null || !acknowledged) {
            return OptionalLong.empty();
        }
        long until = grantedFrom + longest;
        for (var replica : list.replicas()) {
            var from = promised.get(replica.id());
            if (from == null) {
                return OptionalLong.empty();
            }
            until = earlier(until, from + lasts);
        }
        return OptionalLong.of(until);
    }

    private static long earlier(long one, long other) {
        return other - one < 0 ? other : one;
    }
}
