package rivet.agent.link;

import java.util.List;
import rivet.protocol.link.ActorReport;

/** What the simulation builds of this room: what waits to be told. */
public final class LinkDoor {

    private final Outbox outbox = new Outbox(Outbox.Bounds.DEFAULT);

    public void put(ActorReport report) {
        outbox.put(report);
    }

    /** They are in the hello. */
    public void clearFacts() {
        outbox.clearFacts();
    }

    /** What to tell now, each list in a frame of its own. */
    public List<List<ActorReport>> take() {
        try {
            var parcels = outbox.take(0);
            outbox.sent(List.of());
            return parcels.stream().map(LinkDoor::facts).toList();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the simulation", e);
        }
    }

    private static List<ActorReport> facts(Outbox.Parcel parcel) {
        return switch (parcel) {
            case Outbox.Parcel.Facts(var reports) -> reports;
            case Outbox.Parcel.Lines _, Outbox.Parcel.Follow _ ->
                throw new IllegalStateException("simulated actors print nothing, and nobody follows them");
        };
    }
}
