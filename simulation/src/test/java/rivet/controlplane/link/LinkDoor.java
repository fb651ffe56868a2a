package rivet.controlplane.link;

import java.util.function.Consumer;
import java.util.stream.Stream;
import rivet.protocol.link.ToAgent;
import rivet.simulation.Parts;

/** What the simulation builds of this room: all links of one replica, with sockets of the simulation's. */
public final class LinkDoor {

    private final AgentLinks links;
    private final AgentLink.Rooms rooms;

    public LinkDoor(Parts parts) {
        this.links = parts.get(AgentLinks.class);
        this.rooms = parts.get(AgentLink.Rooms.class);
    }

    /** Sends what changed while nobody here was told. */
    public void pushChanged() {
        links.pushChanged();
    }

    /** @param send takes what is said @param close called when this side wants no more of it */
    public Conversation open(Consumer<ToAgent> send, Runnable close) {
        return new Conversation(new AgentLink(new Sending(send, close), rooms, links));
    }

    /** The replica's side of one conversation. Each method is to be called by one at a time. */
    public static final class Conversation {

        private final AgentLink link;

        private Conversation(AgentLink link) {
            this.link = link;
        }

        /** @return false if the agent was refused */
        public boolean hear(String frame) {
            return link.hear(frame);
        }

        /** Says what changed, if anything may have. @return whether it may have */
        public boolean sayChanged() {
            var changed = link.takeChange();
            if (changed) {
                link.saySet();
            }
            return changed;
        }

        public void leave() {
            link.leave();
        }
    }

    private record Sending(Consumer<ToAgent> sender, Runnable closer) implements Socket {

        @Override
        public Stream<String> frames() {
            throw new IllegalStateException("frames are given one by one");
        }

        @Override
        public void send(ToAgent message) {
            sender.accept(message);
        }

        @Override
        public void close() {
            closer.run();
        }

        @Override
        public void closeForError() {
            closer.run();
        }
    }
}
