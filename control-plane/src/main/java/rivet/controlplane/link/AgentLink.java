package rivet.controlplane.link;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.controlplane.actor.Actors;
import rivet.controlplane.actor.DesiredSets;
import rivet.controlplane.agent.AgentSettings;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.Joining;
import rivet.controlplane.connection.Connections;
import rivet.controlplane.ingress.Ingress;
import rivet.controlplane.log.ActorLogs;
import rivet.controlplane.route.Routes;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.Follow;
import rivet.protocol.link.ToControlPlane.Hello;
import rivet.protocol.link.ToControlPlane.Logs;
import rivet.protocol.link.ToControlPlane.Report;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.exc.InvalidTypeIdException;

/**
 * The conversation with one agent over one socket. The listening thread handles frames one after the other; the speaking
 * thread sends how the set differs from what it sent last whenever it may have changed, read from the database at that moment, so
 * that however many changes there were, one message leads to the newest set.
 *
 * <p>What goes wrong while a frame is handled ends the conversation: the agent comes back and says all that is true again.
 */
final class AgentLink {

    private static final Logger log = LoggerFactory.getLogger(AgentLink.class);

    private static final long NONE = Long.MIN_VALUE;

    private static final long NOTHING_SENT = -1;

    private final Socket socket;
    private final Rooms rooms;
    private final AgentLinks links;

    /** Holds a permit when the set may have changed since it was last read. */
    private final Semaphore changed = new Semaphore(0);

    /** When the first change was made that is not sent yet; {@link #NONE} where there is none. */
    private final AtomicLong changedAt = new AtomicLong(NONE);

    private volatile boolean open = true;

    /** Null until it is welcomed. */
    private volatile @Nullable AgentId agent;

    private volatile long epoch;
    /** Of the agent; empty until it is welcomed. */
    private volatile String region = "";

    private volatile long sentRevision = NOTHING_SENT;

    /** Which version of each actor of the set it was sent. Only the speaking thread knows it. */
    private final Map<ActorId, Long> told = new HashMap<>();

    /** Whether the routes may have changed since they were last read. */
    private final AtomicBoolean routesChanged = new AtomicBoolean(true);

    private volatile long sentRoutes = -1;

    /** Likewise for keys and revocations of connections. */
    private final AtomicBoolean accessChanged = new AtomicBoolean(true);

    private volatile long sentAccess = -1;

    /** Likewise for the numbers of the agent's region that lead to actors. */
    private final AtomicBoolean ingressChanged = new AtomicBoolean(true);

    private volatile long sentIngress = -1;

    /** Whether the set may have changed since it was last read. */
    private final AtomicBoolean setChanged = new AtomicBoolean(true);

    private final Followed followed = new Followed();

    AgentLink(Socket socket, Rooms rooms, AgentLinks links) {
        this.socket = socket;
        this.rooms = rooms;
        this.links = links;
    }

    /** The doors this room knows. */
    record Rooms(
            Agents agents,
            AgentSettings agentSettings,
            Actors actors,
            DesiredSets desired,
            ActorLogs logs,
            Routes routes,
            Connections connections,
            Ingress ingress,
            PushTimes pushes) {}

    /** Runs until the socket is closed by either side. */
    void converse(Executor virtualThreads) {
        try (var frames = socket.frames()) {
            for (var frame : (Iterable<String>) frames::iterator) {
                var known = agent;
                if (!hear(frame)) {
                    return;
                }
                if (known == null && agent != null) {
                    virtualThreads.execute(this::speak);
                }
            }
        } catch (RuntimeException e) {
            log.atWarn().addKeyValue("agent", agent).setCause(e).log("a conversation was broken off");
            socket.closeForError();
        } finally {
            leave();
        }
    }

    /** One frame. @return false if the agent was refused */
    boolean hear(String frame) {
        var message = read(frame);
        var known = agent;
        if (message == null) {
            return true; // of a kind that this version does not know
        }
        if (known == null) {
            agent = welcome(message);
            return agent != null;
        }
        handle(known, message);
        return true;
    }

    /** @return null if the agent was refused */
    private @Nullable AgentId welcome(ToControlPlane message) {
        if (!(message instanceof Hello hello)) {
            return refuse("protocol_version", "the first frame is not a hello");
        }
        if (hello.protocol() != ToControlPlane.PROTOCOL) {
            return refuse(
                    "protocol_version",
                    "the agent speaks version %d, the control plane %d"
                            .formatted(hello.protocol(), ToControlPlane.PROTOCOL));
        }
        var joining = joining(hello);
        if (joining == null) {
            return null;
        }
        var agent = hello.agent();
        epoch = rooms.agents().join(joining).epoch();
        region = hello.region();
        var times = rooms.agentSettings();
        socket.send(new ToAgent.Welcome(
                epoch,
                times.heartbeat().toMillis(),
                times.fence().toMillis(),
                times.outage().toMillis()));
        hello.actors().forEach(report -> rooms.actors().report(agent, report));
        links.joined(agent, this);
        changed.release();
        log.atInfo()
                .addKeyValue("agent", agent)
                .addKeyValue("region", hello.region())
                .addKeyValue("epoch", epoch)
                .log("an agent joined");
        return agent;
    }

    private @Nullable Joining joining(Hello hello) {
        try {
            return new Joining(
                    hello.agent(),
                    hello.region(),
                    hello.version(),
                    hello.proxyUrl(),
                    hello.capacity().cpuMillicores(),
                    hello.capacity().memoryMib(),
                    hello.location(),
                    hello.hopAddress());
        } catch (IllegalArgumentException e) {
            refuse("bad_hello", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable AgentId refuse(String code, String message) {
        log.atWarn().addKeyValue("code", code).log("an agent was refused: {}", message);
        socket.send(new ToAgent.Rejected(code, message));
        socket.close();
        return null;
    }

    private void handle(AgentId agent, ToControlPlane message) {
        switch (message) {
            case Report(var frameEpoch, var actors)
            when frameEpoch == epoch -> actors.forEach(report -> rooms.actors().report(agent, report));
            case Logs(var frameEpoch, var lines)
            when frameEpoch == epoch -> rooms.logs().append(lines);
            case Follow(var frameEpoch, var actors)
            when frameEpoch == epoch -> {
                followed.follow(actors);
                changed.release();
            }
            case Report _, Logs _, Follow _ -> {} // of another epoch: from the past
            case Hello _ -> throw new IllegalStateException("a second hello");
        }
    }

    private void speak() {
        try {
            while (awaitChange()) {
                saySet();
                sendRoutes();
                sendAccess();
                sendIngress();
                sendMoved();
            }
        } catch (RuntimeException e) {
            log.atWarn().addKeyValue("agent", agent).setCause(e).log("an agent's set could not be sent");
            socket.closeForError();
        }
    }

    /** @return whether there may be something to say; asked again, not any more */
    boolean takeChange() {
        return changed.drainPermits() > 0;
    }

    /** Says what the agent is to run, if it does not know that yet. */
    void saySet() {
        sendSet(Objects.requireNonNull(agent));
    }

    private void sendSet(AgentId agent) {
        if (!setChanged.getAndSet(false)) {
            return;
        }
        long since = changedAt.getAndSet(NONE);
        var changes = rooms.desired().of(agent, told).orElseThrow();
        if (changes.epoch() != epoch) {
            refuse("stale_epoch", "the agent has joined again");
            open = false;
            return;
        }
        if (changes.revision() > sentRevision) {
            send(changes);
            if (since != NONE) {
                rooms.pushes().sent(System.nanoTime() - since);
            }
        }
    }

    /** The first set of a conversation is sent as a whole. */
    private void send(DesiredSets.Changes changes) {
        var actors = changes.actors().stream().map(DesiredSets.Versioned::actor).toList();
        socket.send(
                sentRevision == NOTHING_SENT
                        ? new ToAgent.Desired(epoch, changes.revision(), actors)
                        : new ToAgent.Changed(epoch, sentRevision, changes.revision(), actors, changes.gone()));
        sentRevision = changes.revision();
        changes.gone().forEach(told::remove);
        changes.actors().forEach(actor -> told.put(actor.actor().actor(), actor.version()));
    }

    /** Routes change seldom, so what is asked for a changed set does not ask for them. */
    private void sendRoutes() {
        if (!open || !routesChanged.getAndSet(false)) {
            return;
        }
        var all = rooms.routes().all();
        if (all.revision() > sentRoutes) {
            socket.send(new ToAgent.Routes(epoch, all.revision(), all.routes()));
            sentRoutes = all.revision();
        }
    }

    private void sendAccess() {
        if (!open || !accessChanged.getAndSet(false)) {
            return;
        }
        var all = rooms.connections().all();
        if (all.revision() > sentAccess) {
            socket.send(new ToAgent.Access(epoch, all.revision(), all.keys(), all.revoked(), all.issuers()));
            sentAccess = all.revision();
        }
    }

    private void sendIngress() {
        if (!open || !ingressChanged.getAndSet(false)) {
            return;
        }
        var all = rooms.ingress().of(region);
        if (all.revision() > sentIngress) {
            socket.send(new ToAgent.Ingress(epoch, all.revision(), all.ports()));
            sentIngress = all.revision();
        }
    }

    private void sendMoved() {
        for (var due = followed.takeDue(); open && !due.isEmpty(); due = followed.takeDue()) {
            var moved = followed.outdated(due, rooms.actors().versions(due));
            if (!moved.isEmpty()) {
                socket.send(new ToAgent.Moved(epoch, moved));
            }
        }
    }

    private boolean awaitChange() {
        try {
            changed.acquire();
            changed.drainPermits();
            return open;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void setChanged() {
        changedAt.compareAndSet(NONE, System.nanoTime());
        setChanged.set(true);
        changed.release();
    }

    /** Something happened to an actor, which may be none that this agent cares for. */
    void moved(ActorId actor) {
        if (followed.moved(actor)) {
            changed.release();
        }
    }

    /** Looks at some of the actors that the agent follows, in case they moved while nobody here was told. */
    void lookAtFollowed() {
        if (followed.lookAtOldest()) {
            changed.release();
        }
    }

    void routesChanged() {
        routesChanged.set(true);
        changed.release();
    }

    void accessChanged() {
        accessChanged.set(true);
        changed.release();
    }

    /** @param where the region in which a number was lent or given back */
    void ingressChanged(String where) {
        if (where.equals(region)) {
            ingressChanged.set(true);
            changed.release();
        }
    }

    /** @param revisions by region, as they are now */
    void lookAtIngress(Map<String, Long> revisions) {
        if (revisions.getOrDefault(region, 0L) > sentIngress) {
            ingressChanged(region);
        }
    }

    /** Of the same agent; both have joined. */
    boolean isOlderThan(AgentLink other) {
        return epoch < other.epoch;
    }

    boolean isBehindAccess(long revision) {
        return revision > sentAccess;
    }

    boolean isBehindRoutes(long revision) {
        return revision > sentRoutes;
    }

    boolean isBehind(Agents.SetVersion version) {
        return version.epoch() != epoch || version.revision() > sentRevision;
    }

    /** The socket is closed. */
    void leave() {
        var known = agent;
        open = false;
        changed.release();
        if (known != null) {
            links.left(known, this);
            log.atInfo().addKeyValue("agent", known).addKeyValue("epoch", epoch).log("an agent left");
        }
    }

    /** @return null for a message of a type that only a newer agent knows */
    private static @Nullable ToControlPlane read(String frame) {
        try {
            return Wire.JSON.readValue(frame, ToControlPlane.class);
        } catch (InvalidTypeIdException e) {
            log.atWarn().log("an agent said what this version does not know: {}", e.getOriginalMessage());
            return null;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a frame is not a message: " + e.getOriginalMessage(), e);
        }
    }
}
