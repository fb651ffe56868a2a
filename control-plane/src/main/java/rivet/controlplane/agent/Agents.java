package rivet.controlplane.agent;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.protocol.AgentId;

/**
 * The door: agents join, and their room is given away and taken back. What is reserved changes in the transaction that assigns
 * or releases an actor, so the sums are exact at any instant. Who listens is told after the commit.
 */
@Component
public final class Agents {

    private static final int MOST_CANDIDATES = 1000;

    /** Who asks is gone by then, and a new epoch that it does not know would only end the lease that it has. */
    private static final long LATEST = Duration.ofSeconds(4).toNanos();

    private final AgentRepository repository;
    private final Regions regions;
    private final Transactions transactions;
    private final AgentSettings settings;
    private final List<Consumer<AgentId>> setListeners = new CopyOnWriteArrayList<>();
    private final List<Runnable> roomListeners = new CopyOnWriteArrayList<>();

    Agents(AgentRepository repository, Regions regions, Transactions transactions, AgentSettings settings) {
        this.repository = repository;
        this.regions = regions;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** Each registration has a new epoch: what an agent's older connection still says is from the past. */
    public Registration join(Joining joining) {
        long asked = System.nanoTime();
        return transactions.run(() -> {
            regions.know(joining.region(), joining.location());
            var registration = repository.register(joining);
            if (System.nanoTime() - asked > LATEST) {
                throw new TransientDataAccessResourceException("the agent does not wait for its welcome any more");
            }
            roomAppears();
            return registration;
        });
    }

    /** Finds the agent with the most room and reserves; part of the caller's transaction. */
    public Optional<AgentId> reserve(String region, Reservation reservation) {
        var found = repository.reserveUnlocked(region, reservation, settings.fresh());
        if (found.isEmpty()) {
            found = repository.reserveWaiting(region, reservation, settings.fresh());
        }
        found.ifPresent(agent -> Transactions.afterCommit(() -> tellSet(agent)));
        return found;
    }

    /** What can be said of agents as places for an actor; reserves nothing. */
    public List<Candidate> candidates() {
        return repository.candidates(null, settings.fresh(), MOST_CANDIDATES);
    }

    /** Likewise those of one region. */
    public List<Candidate> candidates(String region) {
        return repository.candidates(region, settings.fresh(), MOST_CANDIDATES);
    }

    /** @param fresh whether it was heard of lately @param cpuMillicores free @param memoryMib free */
    public record Candidate(
            AgentId agent, String region, boolean fresh, boolean cordoned, int cpuMillicores, int memoryMib) {}

    /** The actor is gone from the agent: its room is free and its name out of the set. */
    public void release(AgentId agent, Reservation reservation) {
        repository.release(agent, reservation);
        Transactions.afterCommit(() -> tellSet(agent));
        roomAppears();
    }

    /** When the caller's transaction is committed, there may be room where there was none. */
    void roomAppears() {
        Transactions.afterCommit(this::tellRoom);
    }

    /** What the agent is to do with one of its actors is another now. */
    public void setChanged(AgentId agent) {
        repository.bumpSet(agent);
        Transactions.afterCommit(() -> tellSet(agent));
    }

    /** Why {@link #reserve} found nothing. */
    public Shortage shortage(String region) {
        return repository.shortage(region, settings.fresh());
    }

    /** What a region lacks. */
    public enum Shortage {
        /** None was heard of lately. */
        NO_AGENTS,
        /** An operator keeps new actors away from all that were. */
        ALL_CORDONED,
        NO_ROOM
    }

    /** How an agent's actors are reached. */
    public Optional<Ways> ways(AgentId agent) {
        return repository.ways(agent);
    }

    /** @param proxyUrl for the world @param hopAddress for other agents' proxies; null where it takes nothing from them */
    public record Ways(String proxyUrl, @Nullable String hopAddress) {}

    /** Where the proxies of all agents are that ever joined. */
    public List<String> proxyUrls() {
        return repository.proxyUrls();
    }

    /** Where the proxies of these agents are, and one of each region. */
    public Entries entries(Collection<AgentId> agents) {
        return repository.entries(agents);
    }

    /** Ways in to actors, by agent and by region. */
    public record Entries(Map<AgentId, String> byAgent, Map<String, String> byRegion) {

        public static final Entries NONE = new Entries(Map.of(), Map.of());

        public @Nullable String of(AgentId agent) {
            return byAgent.get(agent);
        }

        public @Nullable String of(String region) {
            return byRegion.get(region);
        }
    }

    public List<SetVersion> setVersions(Set<AgentId> agents) {
        return agents.isEmpty() ? List.of() : repository.setVersions(agents);
    }

    /** Which set an agent should have by now. */
    public record SetVersion(AgentId agent, long epoch, long revision) {}

    public void onSetChanged(Consumer<AgentId> listener) {
        setListeners.add(listener);
    }

    /** Told when there may be room where there was none. */
    public void onRoom(Runnable listener) {
        roomListeners.add(listener);
    }

    private void tellSet(AgentId agent) {
        setListeners.forEach(listener -> listener.accept(agent));
    }

    private void tellRoom() {
        roomListeners.forEach(Runnable::run);
    }
}
