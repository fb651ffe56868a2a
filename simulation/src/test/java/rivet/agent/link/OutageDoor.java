package rivet.agent.link;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ReplicaId;
import rivet.protocol.link.ReplicaList;

/** What the simulation builds of this room: what is promised while nobody can grant. */
public final class OutageDoor {

    private final Outage outage = new Outage();

    /** The revision of the list that the agent holds; null while it holds none. */
    public @Nullable Long held() {
        var list = outage.list();
        return list == null ? null : Long.valueOf(list.revision());
    }

    public void granted(long sent, @Nullable Long held, @Nullable ReplicaList newer) {
        outage.granted(sent, held, newer);
    }

    public void promised(ReplicaId by, long sent) {
        outage.promised(by, sent);
    }

    public OptionalLong until(long lasts, long longest) {
        return outage.until(lasts, longest);
    }
}
