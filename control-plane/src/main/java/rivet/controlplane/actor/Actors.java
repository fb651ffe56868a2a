package rivet.controlplane.actor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.springframework.stereotype.Component;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.agent.Reservation;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.database.Transactions;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;

/** The door for other rooms: what agents report goes in, and loops have their passes made. */
@Component
public final class Actors {

    private static final AskedBy WAKING = AskedBy.loop("wake-for-alarms");

    private static final int AT_ONCE = 200;

    /** Where a queue is long there is usually room for a few at a time, and the others need not be read for that. */
    private static final int FIRST_TO_PLACE = 8;

    /** How many sizes may be refused before a pass over a region ends. */
    private static final int MOST_SIZES = 32;

    private static final int LONGEST_MESSAGE = 1000;

    private final ActorRepository repository;
    private final ActorMoves moves;
    private final ActorEvents diary;
    private final Agents agents;
    private final ActorSettings settings;
    private final DoubleSupplier chance;

    Actors(
            ActorRepository repository,
            ActorMoves moves,
            ActorEvents diary,
            Agents agents,
            ActorSettings settings,
            DoubleSupplier chance) {
        this.repository = repository;
        this.moves = moves;
        this.diary = diary;
        this.agents = agents;
        this.settings = settings;
        this.chance = chance;
    }

    /** What an agent says of one copy. The same fact may be told often; only the first time it changes anything. */
    public void report(AgentId agent, ActorReport report) {
        var from = new Assignment(agent, report.generation());
        switch (report.phase()) {
            case Phase.Up(var ports, var rest) -> {
                moves.move(AskedBy.AGENT, report.actor(), moment -> new ActorEvent.Up(moment.now(), from, ports));
                if (rest != null) {
                    rest(report.actor(), from, rest);
                }
            }
            case Phase.Down down -> moves.move(AskedBy.AGENT, report.actor(), moment -> down(moment, from, down));
            case Phase.Starting _, Phase.Stopping _ -> {} // on its way; only where it arrives is a change
        }
    }

    private void rest(ActorId actor, Assignment from, Phase.Rest why) {
        moves.move(AskedBy.AGENT, actor, moment -> {
            var grace = moment.actor().setup().grace();
            return switch (why) {
                case IDLE -> new ActorEvent.RestWanted(moment.now(), from, ActorState.Then.IDLE, grace);
                case ASKED -> new ActorEvent.RestWanted(moment.now(), from, ActorState.Then.ASKED, grace);
                case UNUSED -> new ActorEvent.Unused(moment.now(), from, grace);
            };
        });
    }

    /**
     * If it sleeps or is about to.
     *
     * @param why for people
     * @return false: it is being moved by another just now, and was not looked at
     */
    public boolean wakeForAlarm(ActorId id, String why) {
        return moves.moveIfFree(WAKING, id, moment -> new ActorEvent.WakeRequested(moment.now(), bounded(why)))
                .isPresent();
    }

    private ActorEvent down(ActorRepository.Moment moment, Assignment from, Phase.Down down) {
        var actor = moment.actor();
        var policy = new ActorEvent.Policy(
                actor.setup().durable(), settings.backoff(), chance.getAsDouble(), actor.isTrial(from.generation()));
        return new ActorEvent.Down(moment.now(), from, ending(down), policy);
    }

    /** What an agent repeats of an actor's last words may be anything. */
    private static Ending ending(Phase.Down down) {
        return new Ending(
                down.reason(),
                down.exitCode(),
                down.signal(),
                bounded(down.message().replace('\0', ' ')));
    }

    private static String bounded(String message) {
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE);
    }

    /** Where an actor is. One that sleeps is woken by the question: who asks has a request for it. */
    public Optional<ActorLocation> locate(ActorId id) {
        return repository
                .find(id)
                .flatMap(actor -> actor.state().sleeps() ? wake(id) : Optional.of(actor))
                .map(this::location);
    }

    /** However many ask at once, here or of other replicas: the first starts it, and the others find it started. */
    private Optional<Actor> wake(ActorId id) {
        return moves.move(AskedBy.AGENT, id, moment -> new ActorEvent.WakeRequested(moment.now()));
    }

    private ActorLocation location(Actor actor) {
        var at = actor.state().assignment();
        if (at.isEmpty()) {
            return new ActorLocation(actor.id(), actor.state().status(), null, null, null, actor.version());
        }
        var ways = agents.ways(at.get().agent()).orElseThrow();
        return new ActorLocation(
                actor.id(),
                status(actor.state()),
                at.get().agent(),
                ways.proxyUrl(),
                ways.hopAddress() == null
                        ? null
                        : new ActorLocation.Hop(ways.hopAddress(), at.get().generation()),
                actor.version());
    }

    /** The versions that actors have now; without those that are gone. */
    public Map<ActorId, Long> versions(Collection<ActorId> actors) {
        return repository.versions(actors);
    }

    /** Told in this process after each move of an actor; must not wait. */
    public void onMoved(Consumer<ActorId> listener) {
        moves.onMoved(listener);
    }

    /** A proxy must know whether it is worth waiting for the end of a stop. */
    static String status(ActorState state) {
        return state instanceof ActorState.Stopping(var _, var _, var _, var then, var _) && then.goesOn()
                ? "restarting"
                : state.status();
    }

    /**
     * Tells in an actor's timeline what changes nothing of its state; part of the caller's transaction.
     *
     * @param reason begins with {@code checkpoint_}
     */
    public void note(ActorId id, String reason, String message) {
        note(AskedBy.AGENT, id, reason, message);
    }

    /** Likewise what a caller did. @param reason may be {@code restored}, too */
    public void note(Caller by, ActorId id, String reason, String message) {
        note(AskedBy.of(by), id, reason, message);
    }

    private void note(AskedBy by, ActorId id, String reason, String message) {
        diary.note(id, reason, message, by);
        Transactions.afterCommit(() -> moves.noted(id));
    }

    /**
     * Has an actor that sleeps begin a generation that no process has, so that nothing which its last process or agent may still bring
     * is taken. Nobody wakes it until the caller's transaction ends.
     *
     * @throws rivet.controlplane.web.Problem unless it sleeps
     */
    public Superseded supersede(ActorId id) {
        return moves.supersede(id, ActorMoves::requireAsleep);
    }

    /**
     * Likewise one that no agent holds, whether it sleeps or is to be started.
     *
     * @param requireRest throws unless it {@link Explanations.Status#rests rests} and has run
     */
    public Superseded supersede(ActorId id, Consumer<Explanations.Status> requireRest) {
        return moves.supersede(id, actor -> requireRest.accept(Explanations.status(actor)));
    }

    /** @param last the generation that was the newest @param next the one that no process has */
    public record Superseded(long last, long next) {}

    /** One pass over the actors that wait for an agent, oldest first. @return whether more can be done at once */
    public boolean placeWaiting() {
        var more = false;
        for (var region : repository.regionsWaiting()) {
            more |= placeWaiting(region);
        }
        return more;
    }

    /** One that finds no room stands for all that need as much; the smaller ones behind it still have their turn. */
    private boolean placeWaiting(String region) {
        var refused = new ArrayList<Reservation>();
        int most = FIRST_TO_PLACE;
        while (refused.size() < MOST_SIZES) {
            var waiting = repository.waiting(region, refused, most);
            var stuck = placeUntilRefused(waiting);
            if (stuck.isPresent()) {
                refused.add(stuck.get());
            } else if (waiting.size() < most || most == AT_ONCE) {
                return waiting.size() == AT_ONCE;
            } else {
                most = Math.min(2 * most, AT_ONCE);
            }
        }
        return false;
    }

    /** @return what the first that found no room needs; empty if there was room for all */
    private Optional<Reservation> placeUntilRefused(List<Actor> waiting) {
        for (var actor : waiting) {
            var after = moves.place(actor.id());
            if (after.isPresent() && after.get().state() instanceof ActorState.Pending) {
                return Optional.of(actor.resources());
            }
        }
        return Optional.empty();
    }

    /** One pass over the actors that lost agents held. @return whether more can be done at once */
    public boolean replaceLost() {
        var held = repository.heldByLost(AT_ONCE);
        held.forEach(id -> moves.replace(id, this::lost));
        return held.size() == AT_ONCE;
    }

    private ActorEvent lost(ActorRepository.Moment moment) {
        var from = moment.actor().state().assignment().orElseThrow();
        var message = "agent %s was silent for so long that it is given up for lost".formatted(from.agent());
        return down(moment, from, new Phase.Down(null, null, DownReason.AGENT_LOST, message));
    }

    /** One pass over the actors whose rest or whose wait is over. @return whether more can be done at once */
    public boolean due() {
        var due = repository.due(AT_ONCE);
        due.forEach(moves::due);
        return due.size() == AT_ONCE;
    }
}
