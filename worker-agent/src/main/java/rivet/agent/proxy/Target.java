package rivet.agent.proxy;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.PortGuard;

/** What a request is carried to: one port of one generation of an actor here, or one generation of an actor elsewhere. */
final class Target {

    /** The first has no use. */
    static final int STATUS_CLASSES = 6;

    private final ActorId actor;
    private final String name;
    private final @Nullable PortGuard guard;
    private final Limits limits;
    private final boolean hibernates;
    private final Line line;
    private final long generation;
    /** Names it to its owner; empty where that is this agent. */
    private final String meaning;

    private final AtomicInteger inFlight = new AtomicInteger();
    /** Those of them that end when somebody has enough of them, and not when they are answered. */
    private final AtomicInteger streams = new AtomicInteger();

    /** Those of these that are no use of the actor while nothing is said. */
    private final AtomicInteger hibernating = new AtomicInteger();

    /** When it had something last, or could have from then on; by the clock of {@link System#nanoTime}. */
    private volatile long lastEnded = System.nanoTime();

    /** By the class of their status. */
    private final AtomicLongArray answered = new AtomicLongArray(STATUS_CLASSES);

    private Target(
            ActorId actor,
            String name,
            @Nullable PortGuard guard,
            Limits limits,
            boolean hibernates,
            Line line,
            long generation) {
        this.actor = actor;
        this.name = name;
        this.guard = guard;
        this.limits = limits;
        this.hibernates = hibernates;
        this.line = line;
        this.generation = generation;
        this.meaning = line instanceof Line.Hop ? HopFields.meaning(actor, generation) : "";
    }

    static Target here(ActorRoute route, String name, int port) {
        return new Target(
                route.actor(),
                name,
                route.guards().get(name),
                Limits.of(route.limits().get(name)),
                route.hibernating().contains(name),
                new Line.Here(port),
                route.generation());
    }

    /** Which ports the actor has, and who may reach them, its owner knows. */
    static Target elsewhere(ActorId actor, long generation, Line.Hop line) {
        return new Target(actor, "", null, Limits.NONE, false, line, generation);
    }

    ActorId actor() {
        return actor;
    }

    /** Who may reach it; null where everyone may. */
    @Nullable
    PortGuard guard() {
        return guard;
    }

    Limits limits() {
        return limits;
    }

    /** Whether its WebSockets outlive the actor's processes; of an actor elsewhere its owner knows. */
    boolean hibernates() {
        return hibernates;
    }

    String name() {
        return name;
    }

    Line line() {
        return line;
    }

    boolean isElsewhere() {
        return line instanceof Line.Hop;
    }

    String meaning() {
        return meaning;
    }

    long generation() {
        return generation;
    }

    /** How many requests it has now, over all event loops; streams of other protocols are among them. */
    int inFlight() {
        return inFlight.get();
    }

    /** Among equals the one that chance finds first: else the first in the list would have all the work of quiet times. */
    static Target leastInFlight(List<Target> targets) {
        int many = targets.size();
        int from = many == 1 ? 0 : ThreadLocalRandom.current().nextInt(many);
        Target best = targets.get(from);
        for (int i = 1; i < many && best.inFlight() > 0; i++) {
            Target next = targets.get(from + i < many ? from + i : from + i - many);
            if (next.inFlight() < best.inFlight()) {
                best = next;
            }
        }
        return best;
    }

    /** @return how many it has now, with this one */
    int began() {
        return inFlight.incrementAndGet();
    }

    void ended() {
        // Before it is counted: who finds nothing in flight finds that it has just ended.
        lastEnded = System.nanoTime();
        inFlight.decrementAndGet();
    }

    /** For how long it has had nothing; 0: it has. */
    long quietNanos(long now) {
        return inFlight.get() > hibernating.get() ? 0 : Math.max(0, now - lastEnded);
    }

    /** With a status of the actor's own. */
    void answered(int status) {
        answered.incrementAndGet(Math.clamp(status / 100, 0, STATUS_CLASSES - 1));
    }

    /** @param statusClass such as 2 for 200 to 299 */
    long answeredWith(int statusClass) {
        return answered.get(statusClass);
    }

    /** A request that began has turned out to be a stream. */
    void streamBegan() {
        streams.incrementAndGet();
    }

    /** What never was a request begins. @return how many it has now, with this one */
    int streamBegins() {
        streams.incrementAndGet();
        return began();
    }

    void streamEnded() {
        streams.decrementAndGet();
        ended();
    }

    /** A request that began has turned out to be a WebSocket that can do without the actor. */
    void hibernatorBegan() {
        hibernating.incrementAndGet();
        streamBegan();
    }

    void hibernatorEnded() {
        streamEnded();
        hibernating.decrementAndGet();
    }

    /** Something was said on one of them. */
    void used() {
        lastEnded = System.nanoTime();
    }

    /** How many requests it has now that have an end of their own. */
    int unanswered() {
        return inFlight.get() - streams.get();
    }

    /** Host names know no case and variables no dashes, so neither tells two ports apart. */
    boolean isNamed(String other) {
        if (name.length() != other.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (folded(name.charAt(i)) != folded(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static char folded(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c == '_' ? '-' : c;
    }
}
