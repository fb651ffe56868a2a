package rivet.controlplane.link;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.springframework.util.unit.DataSize;
import rivet.controlplane.actor.ActorDoor;
import rivet.controlplane.agent.AgentSettings;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.log.ActorLogs;
import rivet.controlplane.route.Routes;
import rivet.protocol.link.ToAgent;

/** What the simulation builds of this room: all links of one replica, with sockets of the simulation's. */
public final class LinkDoor {

    private final AgentLinks links;
    private final AgentLink.Rooms rooms;

    public LinkDoor(
            Agents agents,
            AgentSettings settings,
            ActorDoor actors,
            ActorLogs logs,
            Routes routes,
            MeterRegistry registry) {
        var link = new LinkSettings(DataSize.ofMegabytes(8), Duration.ofSeconds(10));
        this.rooms = new AgentLink.Rooms(
                agents, settings, actors.actors(), actors.desired(), logs, routes, new PushTimes(registry));
        this.links = new AgentLinks(
                agents,
                settings,
                actors.actors(),
                actors.desired(),
                logs,
                routes,
                link,
                _ -> {
                    throw new IllegalStateException("the simulation has its own threads");
                },
                registry);
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
                link.say();
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
