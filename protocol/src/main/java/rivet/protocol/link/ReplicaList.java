package rivet.protocol.link;

import java.util.List;
import rivet.protocol.ReplicaId;

/**
 * The replicas of the control plane: all that may replace an agent which holds this list or a newer one.
 *
 * @param revision grows with each change of the list; from 1
 */
public record ReplicaList(long revision, List<Replica> replicas) {

    public ReplicaList {
        replicas = List.copyOf(replicas);
    }

    /** @param url where agents reach this replica and no other, such as {@code http://10.0.0.7:6420} */
    public record Replica(ReplicaId id, String url) {}
}
