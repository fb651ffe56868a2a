package rivet.controlplane.log;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.log.ActorLogRepository.Line;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;
import rivet.protocol.api.LogsView;

/** Reads lines, and waits for them on behalf of who watches. No connection is held while waiting. */
@Component
final class LogReader {

    private static final int PAGE = 256;

    private final ActorLogRepository repository;
    private final ActorLogs logs;
    private final LogSettings settings;
    private final InstantSource clock;

    LogReader(ActorLogRepository repository, ActorLogs logs, LogSettings settings, InstantSource clock) {
        this.repository = repository;
        this.logs = logs;
        this.settings = settings;
        this.clock = clock;
    }

    LogsView newest(UUID environment, SortedSet<ActorId> actors, @Nullable LogStream stream) {
        requireKnown(environment, actors);
        // Taken first: a line that comes between the two reads is then found by the next one.
        var start = repository.last(actors);
        var lines = repository.newest(environment, actors, stream, PAGE);
        return view(actors, lines, new WatchIndex(start));
    }

    /** At once if there are lines, else as soon as there are, at the latest empty after the watch timeout. */
    LogsView next(UUID environment, SortedSet<ActorId> actors, @Nullable LogStream stream, WatchIndex index) {
        requireKnown(environment, actors);
        var deadline = clock.instant().plus(settings.watchTimeout());
        try (var watch = logs.watch(actors)) {
            while (true) {
                var lines = after(index, stream);
                var left = Duration.between(clock.instant(), deadline);
                if (!lines.isEmpty() || left.isNegative() || !watch.await(left)) {
                    return view(actors, lines, index);
                }
            }
        }
    }

    private List<Line> after(WatchIndex index, @Nullable LogStream stream) {
        var lines = new ArrayList<Line>();
        index.last().forEach((actor, last) -> lines.addAll(repository.after(actor, last, stream, PAGE)));
        lines.sort(Comparator.comparingLong(Line::id));
        return lines;
    }

    private void requireKnown(UUID environment, SortedSet<ActorId> actors) {
        var known = repository.known(environment, actors);
        for (var actor : actors) {
            if (!known.contains(actor)) {
                throw Problem.notFound("ACTOR_NOT_FOUND", "actor: no '%s'".formatted(actor))
                        .at("actor_ids_json");
            }
        }
    }

    private static LogsView view(SortedSet<ActorId> actors, List<Line> lines, WatchIndex before) {
        var ids = List.copyOf(actors);
        var last = new TreeMap<>(before.last());
        lines.forEach(line -> last.merge(line.actor(), line.id(), Math::max));
        return new LogsView(
                ids.stream().map(ActorId::toString).toList(),
                lines.stream().map(Line::base64).toList(),
                lines.stream().map(line -> line.at().toString()).toList(),
                lines.stream().map(line -> StreamNumber.of(line.stream())).toList(),
                lines.stream().map(line -> ids.indexOf(line.actor())).toList(),
                new LogsView.Watch(new WatchIndex(last).encoded()));
    }
}
