package rivet.controlplane.agent;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.replica.Replicas;
import rivet.protocol.AgentId;

/**
 * The door: gives agents up for lost that nobody has heard of for long enough. Every replica looks for itself; the row of the
 * agent decides which of them does it.
 */
@Component
public final class LostAgents {

    private static final Logger log = LoggerFactory.getLogger(LostAgents.class);

    private final LostAgentRepository repository;
    private final Replicas replicas;
    private final Promises promises;
    private final Transactions transactions;
    private final AgentSettings settings;
    private final LongSupplier monotonic;
    private final LeaseWatch watch = new LeaseWatch();
    private final Brake brake;
    private final Counter lost;
    private volatile boolean braked;

    LostAgents(
            LostAgentRepository repository,
            Replicas replicas,
            Promises promises,
            Transactions transactions,
            AgentSettings settings,
            LongSupplier monotonic,
            MeterRegistry registry) {
        this.repository = repository;
        this.replicas = replicas;
        this.promises = promises;
        this.transactions = transactions;
        this.settings = settings;
        this.monotonic = monotonic;
        this.brake = new Brake(settings.brake());
        this.lost = Counter.builder("rivet.agents.lost")
                .description("Agents that this replica gave up for lost.")
                .register(registry);
        Gauge.builder("rivet.agents.brake", this, agents -> agents.braked ? 1 : 0)
                .description("1 while so many agents are silent that replacing their actors waits.")
                .register(registry);
    }

    /** One look at all leases; for one loop. @return false: there is never more to do at once */
    public boolean look() {
        long asked = monotonic.getAsLong();
        var leases = repository.leases();
        var all = watch.look(leases, asked, monotonic.getAsLong());
        promises.saw(leases, asked);
        var silent = longerThan(settings.unreachable(), all);
        int allowed = brake.allowed(leases.size(), silent.size(), repository.lostWithin(Duration.ofMinutes(1)), asked);
        tell(silent.size(), leases.size());
        longerThan(settings.replaceAfter(), silent).stream().limit(allowed).forEach(this::lose);
        return false;
    }

    private static List<LeaseWatch.Silence> longerThan(Duration bound, List<LeaseWatch.Silence> silences) {
        return silences.stream()
                .filter(silence -> silence.lasts().compareTo(bound) >= 0)
                .toList();
    }

    private void tell(int silent, int total) {
        if (brake.engaged() == braked) {
            return;
        }
        braked = brake.engaged();
        log.atWarn()
                .addKeyValue("silent", silent)
                .addKeyValue("agents", total)
                .log(braked ? "many agents are silent at once: replacing waits" : "replacing goes on");
    }

    private void lose(LeaseWatch.Silence silence) {
        if (promises.begin(silence.lease(), monotonic.getAsLong()) && isLost(silence)) {
            lost.increment();
            log.atWarn()
                    .addKeyValue("agent", silence.lease().agent())
                    .addKeyValue("epoch", silence.lease().epoch())
                    .addKeyValue("silent_ms", silence.lasts().toMillis())
                    .log("an agent is given up for lost");
        }
    }

    /** Where it throws, nobody knows whether the agent is lost. */
    private boolean isLost(LeaseWatch.Silence silence) {
        var lease = silence.lease();
        boolean isLost = transactions.run(() -> replicas.lockOwn()
                .filter(since -> repository.lose(lease, settings.replaceAfter(), needed(silence, since)))
                .isPresent());
        promises.ended(lease.agent());
        return isLost;
    }

    /** An agent that does not know of this replica goes by the word of others, but not for ever. */
    private long needed(LeaseWatch.Silence silence, long since) {
        return silence.lasts().compareTo(settings.longestPromised()) < 0 ? since : 0;
    }

    /**
     * Whether the agent is lost, as part of the caller's transaction: until that ends it cannot come back. Its row is locked
     * after those of actors.
     */
    public boolean lockLost(AgentId agent) {
        return repository.lockLost(agent);
    }

    /** How long the agent has been silent, where that is long enough to be told of, and what follows. For people. */
    public Optional<String> warning(AgentId agent) {
        return repository
                .age(agent)
                .filter(age -> age.compareTo(settings.unreachable()) >= 0)
                .map(age -> "The agent has been silent for %d s; the actor is replaced after %d s of silence.%s"
                        .formatted(
                                age.toSeconds(),
                                settings.replaceAfter().toSeconds(),
                                braked ? " Many agents are silent at once, so replacing waits." : ""));
    }
}
