package rivet.controlplane.log;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorSearch;
import rivet.controlplane.log.Lines.Line;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.api.LogsView;

/** Reads lines, and waits for them on behalf of who watches. No connection is held while waiting. */
@Component
final class LogReader {

    private static final int PAGE = 256;

    /** Line numbers looked at in one statement where more actors are meant than can be named. */
    private static final int NUMBERS = 5_000;

    private static final Duration LONGEST_SEARCH = Duration.ofSeconds(5);

    /** What was begun before a look may become visible after it, but not later than this. */
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(30);

    private final ActorLogRepository repository;
    private final Lines lines;
    private final ActorSearch search;
    private final ActorLogs logs;
    private final LogSettings settings;
    private final InstantSource clock;

    LogReader(
            ActorLogRepository repository,
            Lines lines,
            ActorSearch search,
            ActorLogs logs,
            LogSettings settings,
            InstantSource clock) {
        this.repository = repository;
        this.lines = lines;
        this.search = search;
        this.logs = logs;
        this.settings = settings;
        this.clock = clock;
    }

    /** The newest lines that fit, of those that can be looked at within a few seconds. */
    LogsView newest(LogRequest request) {
        requireKnown(request);
        // Taken first: a line that comes between the two reads is then found by the next one.
        var start = start(request);
        var found = newestLines(request);
        return view(request, found, start.since() == null ? start : read(start, known(start, found)));
    }

    /** At once if there are lines, else as soon as there are, at the latest empty after the watch timeout. */
    LogsView next(LogRequest request, WatchIndex index) {
        requireKnown(request);
        requireSame(request, index);
        var deadline = clock.instant().plus(settings.watchTimeout());
        var at = watched(request, index);
        try (var watch = logs.watch(at.last().keySet())) {
            while (true) {
                var seen = lines.after(request.wanted(), at.last());
                var wanted = seen.stream().filter(Line::wanted).limit(PAGE).toList();
                at = read(at, wanted.size() < PAGE ? seen : upTo(seen, wanted.getLast()));
                var left = Duration.between(clock.instant(), deadline);
                if (!wanted.isEmpty() || left.isNegative()) {
                    return view(request, wanted, at);
                }
                if (seen.size() < Lines.BATCH && !watch.await(left)) {
                    return view(request, wanted, at);
                }
                at = watched(request, at);
            }
        }
    }

    private WatchIndex start(LogRequest request) {
        var now = repository.now().minus(LONGEST_WRITE);
        if (request.actors() != null) {
            return new WatchIndex(now, repository.last(request.actors()));
        }
        return search.all(request.environment(), request.ofActors(), null, WatchIndex.MOST_ACTORS)
                .map(actors -> new WatchIndex(now, repository.last(actors)))
                .orElse(new WatchIndex(null, Map.of()));
    }

    private List<Line> newestLines(LogRequest request) {
        var deadline = clock.instant().plus(LONGEST_SEARCH);
        var few = request.actors() != null
                ? Optional.<Collection<ActorId>>of(request.actors())
                : search.all(request.environment(), request.ofActors(), Instant.EPOCH, WatchIndex.MOST_ACTORS)
                        .map(actors -> (Collection<ActorId>) actors);
        return few.map(actors -> newestOf(request, actors, deadline)).orElseGet(() -> newestOfAll(request, deadline));
    }

    private List<Line> newestOf(LogRequest request, Collection<ActorId> actors, Instant deadline) {
        var found = new ArrayList<Line>();
        var edge = Long.MAX_VALUE;
        while (found.size() < PAGE && clock.instant().isBefore(deadline)) {
            var before = edge;
            var batch = lines.before(
                    request.wanted(), actors.stream().collect(Collectors.toMap(each -> each, _ -> before)));
            batch.stream().filter(Line::wanted).forEach(found::add);
            if (batch.size() < Lines.BATCH) {
                break;
            }
            edge = batch.getLast().id();
        }
        return found.subList(0, Math.min(PAGE, found.size())).reversed();
    }

    private List<Line> newestOfAll(LogRequest request, Instant deadline) {
        var found = new ArrayList<Line>();
        var span = lines.span();
        for (var high = span.last();
                high >= span.first() && found.size() < PAGE && clock.instant().isBefore(deadline);
                high -= NUMBERS) {
            found.addAll(lines.between(request.wanted(), high - NUMBERS, high).reversed());
        }
        return found.subList(0, Math.min(PAGE, found.size())).reversed();
    }

    /** With the actors that came since, and without those that will say no more. */
    private WatchIndex watched(LogRequest request, WatchIndex index) {
        if (request.actors() != null || index.since() == null) {
            return index;
        }
        var now = repository.now().minus(LONGEST_WRITE);
        var came = search.all(request.environment(), request.ofActors(), index.since(), WatchIndex.MOST_ACTORS);
        var last = new TreeMap<>(index.last());
        last.keySet().retainAll(Set.copyOf(repository.talking(index.last().keySet())));
        came.ifPresent(actors ->
                actors.forEach(actor -> last.putIfAbsent(actor, index.last().getOrDefault(actor, 0L))));
        return came.isEmpty() || last.size() > WatchIndex.MOST_ACTORS
                ? WatchIndex.parse(new WatchIndex(null, Map.of()).encoded())
                : new WatchIndex(now, last);
    }

    private static WatchIndex read(WatchIndex before, List<Line> seen) {
        var last = new TreeMap<>(before.last());
        seen.forEach(line -> last.merge(line.actor(), line.id(), Math::max));
        return new WatchIndex(before.since(), last);
    }

    private static List<Line> known(WatchIndex index, List<Line> found) {
        return found.stream()
                .filter(line -> index.last().containsKey(line.actor()))
                .toList();
    }

    private static List<Line> upTo(List<Line> seen, Line last) {
        return seen.subList(0, seen.indexOf(last) + 1);
    }

    private void requireKnown(LogRequest request) {
        if (request.actors() == null) {
            return;
        }
        var known = repository.known(request.environment(), request.actors());
        for (var actor : request.actors()) {
            if (!known.contains(actor)) {
                throw Problem.notFound("ACTOR_NOT_FOUND", "actor: no '%s'".formatted(actor))
                        .at("actor_ids_json");
            }
        }
    }

    private static void requireSame(LogRequest request, WatchIndex index) {
        if (request.actors() != null && !request.actors().equals(index.last().keySet())) {
            throw WatchIndex.notOurs(index.encoded());
        }
    }

    private static LogsView view(LogRequest request, List<Line> lines, WatchIndex index) {
        SortedSet<ActorId> actors = request.actors() != null
                ? request.actors()
                : lines.stream().map(Line::actor).collect(Collectors.toCollection(TreeSet::new));
        var ids = List.copyOf(actors);
        var sorted = lines.stream().sorted(Comparator.comparingLong(Line::id)).toList();
        return new LogsView(
                ids.stream().map(ActorId::toString).toList(),
                sorted.stream().map(Line::base64).toList(),
                sorted.stream().map(line -> line.at().toString()).toList(),
                sorted.stream().map(line -> StreamNumber.of(line.stream())).toList(),
                sorted.stream().map(line -> ids.indexOf(line.actor())).toList(),
                new LogsView.Watch(index.encoded()));
    }
}
