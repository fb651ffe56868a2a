package rivet.controlplane.actor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.stereotype.Component;

/** The door for pruning the diary. */
@Component
public final class Retention {

    private static final int PRUNED_AT_ONCE = 10_000;

    private final ActorEvents events;
    private final Settings settings;

    Retention(ActorEvents events, Settings settings) {
        this.events = events;
        this.settings = settings;
    }

    /** @param retention older entries are removed */
    @ConfigurationProperties("rivet.logs")
    record Settings(Duration retention) {}

    /** @return whether more can be done at once */
    public boolean prune() {
        return events.prune(settings.retention(), PRUNED_AT_ONCE) == PRUNED_AT_ONCE;
    }
}
