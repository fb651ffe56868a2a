package rivet.controlplane.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.protocol.AgentId;

/** The door for who runs the machines: each agent as it is, and whether it is given new actors. */
@Component
public final class Roster {

    private static final int MOST = 1000;

    private final RosterRepository repository;
    private final Agents agents;
    private final AgentSettings settings;
    private final Transactions transactions;

    Roster(RosterRepository repository, Agents agents, AgentSettings settings, Transactions transactions) {
        this.repository = repository;
        this.agents = agents;
        this.settings = settings;
        this.transactions = transactions;
    }

    /**
     * An agent as it is.
     *
     * @param cordonedAt since when it is given no new actors; absent: it is given some
     * @param drain absent while it is not emptied
     * @param heartbeatAge since its last granted heartbeat, by the database's clock
     */
    public record Member(
            AgentId id,
            String region,
            Standing standing,
            @Nullable Instant cordonedAt,
            @Nullable Drain drain,
            String version,
            String proxyUrl,
            Reservation capacity,
            Reservation reserved,
            Duration heartbeatAge,
            Instant joinedAt) {}

    /**
     * How far the emptying of an agent is.
     *
     * @param until when actors that have nowhere to go have to leave as well
     * @param moved durable ones that were given to another agent
     * @param ended those that are not durable, and destroyed
     * @param failed durable ones that left and had to wait for an agent
     */
    public record Drain(Instant beganAt, Instant until, int moved, int ended, int failed) {}

    /** What its heartbeats say. */
    public enum Standing {
        /** It was heard of lately. */
        READY,
        /** It was not, and is given no new actors until it is. */
        SILENT,
        /** It was silent for so long that its actors were replaced. */
        LOST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** By region and id, at most 1000. @param region absent: of all regions */
    public List<Member> list(@Nullable String region) {
        return repository.list(region, settings.fresh(), MOST);
    }

    public Optional<Member> find(AgentId agent) {
        return repository.find(agent, settings.fresh());
    }

    /**
     * When this returns, nothing new lands there. What is there stays. Repeating it changes nothing.
     *
     * @return false if there is no such agent
     */
    public boolean cordon(AgentId agent) {
        return transactions.run(() -> repository.cordon(agent));
    }

    /**
     * Cordons the agent and has its actors leave it. Repeating it sets another deadline.
     *
     * @param deadline from now
     * @return false if there is no such agent
     */
    public boolean drain(AgentId agent, Duration deadline) {
        return transactions.run(() -> repository.drain(agent, deadline));
    }

    /** Takes {@link #cordon} and {@link #drain} back; what has left does not return. @return false if there is no such agent */
    public boolean uncordon(AgentId agent) {
        return transactions.run(() -> {
            var known = repository.uncordon(agent);
            if (known) {
                agents.roomAppears();
            }
            return known;
        });
    }
}
