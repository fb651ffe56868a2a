package rivet.agent.link;

import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ToAgent.Welcome;

/** What the simulation builds of this room: what waits to be told, and what is heard. */
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

    /** @param nudge called when whoever holds the conversation has something to see */
    public static Hearing hearing(ControlPlaneLink.Agent agent, Runnable nudge) {
        return new Hearing(new Heard(agent, nudge));
    }

    /** The agent's ear in one conversation. */
    public static final class Hearing {

        private final Heard heard;

        private Hearing(Heard heard) {
            this.heard = heard;
        }

        /** @param nanos on the clock of the lease */
        public void saysHello(long nanos) {
            heard.saysHello(nanos);
        }

        public void message(String frame) {
            heard.message(frame);
        }

        /** Null until it is welcomed. */
        public @Nullable Welcome welcomed() {
            return heard.wasWelcomed() ? heard.welcome().join() : null;
        }

        public boolean isRefused() {
            return heard.welcome().isCompletedExceptionally();
        }

        public boolean missedChange() {
            return heard.missedChange();
        }

        public void over() {
            heard.over();
        }
    }
}
