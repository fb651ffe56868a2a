package rivet.controlplane.log;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.Wakeups;
import rivet.protocol.ActorId;
import rivet.protocol.link.ToControlPlane.LogLine;

/** The door: lines go in here, and are bounded here. */
@Component
public final class ActorLogs {

    private static final int PRUNED_AT_ONCE = 10_000;

    private final ActorLogRepository repository;
    private final LogSettings settings;
    private final Wakeups wakeups = new Wakeups();

    /** Who printed since the last pruning; only they can have too many lines. */
    private final Set<ActorId> grown = ConcurrentHashMap.newKeySet();

    ActorLogs(ActorLogRepository repository, LogSettings settings) {
        this.repository = repository;
        this.settings = settings;
    }

    /** Lines of one actor must come one batch after the other: their order here is their order for readers. */
    public void append(List<LogLine> lines) {
        if (lines.isEmpty()) {
            return;
        }
        repository.insert(lines);
        var actors = lines.stream().map(LogLine::actor).collect(Collectors.toSet());
        grown.addAll(actors);
        actors.forEach(wakeups::tell);
    }

    /** Removes what is too much or too old. @return whether more can be done at once */
    public boolean prune() {
        for (var actor : Set.copyOf(grown)) {
            grown.remove(actor);
            repository.trim(actor, settings.linesPerActor());
        }
        return repository.prune(settings.retention(), PRUNED_AT_ONCE) == PRUNED_AT_ONCE;
    }

    /** What an actor printed last, oldest first. */
    public List<String> last(ActorId actor, int most) {
        return repository.last(actor, most);
    }

    Wakeups.Watch watch(Set<ActorId> actors) {
        return wakeups.watch(actors);
    }
}
