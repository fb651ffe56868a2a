package rivet.controlplane.actor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.stereotype.Component;

/** The door for pruning what is kept of the past: the diary, and when actors ran. */
@Component
public final class Retention {

    private static final int PRUNED_AT_ONCE = 10_000;

    private final ActorEvents events;
    private final ActorRuns runs;
    private final RolloutRepository rollouts;
    private final Settings settings;
    private final UsageSettings usage;

    Retention(ActorEvents events, ActorRuns runs, RolloutRepository rollouts, Settings settings, UsageSettings usage) {
        this.events = events;
        this.runs = runs;
        this.rollouts = rollouts;
        this.settings = settings;
        this.usage = usage;
    }

    /** @param retention older entries are removed */
    @ConfigurationProperties("rivet.logs")
    record Settings(Duration retention) {}

    /** @return whether more can be done at once */
    public boolean prune() {
        var told = events.prune(settings.retention(), PRUNED_AT_ONCE);
        var ran = runs.prune(usage.retention(), PRUNED_AT_ONCE);
        var rolled = rollouts.prune(settings.retention(), PRUNED_AT_ONCE);
        return Math.max(rolled, Math.max(told, ran)) == PRUNED_AT_ONCE;
    }
}
