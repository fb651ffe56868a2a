package rivet.controlplane.actor;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.Wire;
import rivet.protocol.api.ActorEventView;

/**
 * The door for followers of timelines. While nothing happens a follower is an entry in a set: it holds no thread and no
 * connection to the database. One look a second serves all of them, whichever replica wrote what they wait for; a change made
 * here is passed on at once. A follower is sent no more than it takes.
 */
@Component
public final class Timelines {

    private static final int PAGE = 100;

    private final ActorEvents diary;
    private final Settings settings;
    private final Scheduler threads;
    private final Set<Follower> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger followers = new AtomicInteger();

    Timelines(ActorEvents diary, ActorMoves moves, Settings settings, Executor virtualThreads) {
        this.diary = diary;
        this.settings = settings;
        this.threads = Schedulers.fromExecutor(virtualThreads);
        moves.onMoved(this::tell);
    }

    /**
     * @param followers at once on this replica
     * @param keepAlive how often a silent stream is written to, so that nothing in between takes it for dead
     * @param longest after this a stream is ended; who still wants it comes again, and is asked for the token again
     */
    @ConfigurationProperties("rivet.timeline")
    record Settings(int followers, Duration keepAlive, Duration longest) {
        Settings {
            if (followers < 1 || !keepAlive.isPositive() || !longest.isPositive()) {
                throw new IllegalArgumentException("rivet.timeline: %d followers, %s, %s (expected: all above 0)"
                        .formatted(followers, keepAlive, longest));
            }
        }
    }

    /** @param after the last event that the reader has; 0 for none */
    Flux<ServerSentEvent<String>> follow(Actor actor, long after) {
        if (followers.get() >= settings.followers()) {
            throw new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "TOO_MANY_FOLLOWERS",
                    "%d timelines are followed already; try again later".formatted(settings.followers()));
        }
        var follower = new Follower(actor.id(), after, actor.state() instanceof ActorState.Destroyed);
        var over = Sinks.<Void>empty();
        var events = events(follower).doFinally(_ -> over.tryEmitEmpty());
        return Flux.merge(events, comments().takeUntilOther(over.asMono()))
                .take(settings.longest())
                .doOnSubscribe(_ -> begin(follower))
                .doFinally(_ -> end(follower));
    }

    private void begin(Follower follower) {
        followers.incrementAndGet();
        waiting.add(follower);
    }

    private void end(Follower follower) {
        waiting.remove(follower);
        followers.decrementAndGet();
    }

    /** One look for all who wait; called about once a second. */
    public void look() {
        var actors = waiting.stream().map(follower -> follower.actor).collect(Collectors.toSet());
        if (actors.isEmpty()) {
            return;
        }
        var newest = diary.newest(actors);
        waiting.stream()
                .filter(follower -> newest.getOrDefault(follower.actor, 0L) > follower.last)
                .forEach(Follower::wake);
    }

    private void tell(ActorId actor) {
        waiting.stream().filter(follower -> follower.actor.equals(actor)).forEach(Follower::wake);
    }

    private Flux<ServerSentEvent<String>> events(Follower follower) {
        return Flux.defer(() -> {
                    follower.prepare();
                    return Mono.fromCallable(() -> next(follower))
                            .subscribeOn(threads)
                            .flatMapIterable(page -> page);
                })
                .repeatWhen(rounds -> rounds.takeWhile(_ -> !follower.ended).concatMap(found -> pause(follower, found)))
                .map(Timelines::written);
    }

    private List<ActorEventView> next(Follower follower) {
        var page = diary.after(follower.actor, follower.last, PAGE);
        follower.read(page);
        return page;
    }

    /** There may be more at once where something was found. */
    private Mono<Long> pause(Follower follower, long found) {
        return found > 0 ? Mono.just(found) : follower.woken().thenReturn(found);
    }

    /** The first at once: with it the reader knows that it is connected. */
    private Flux<ServerSentEvent<String>> comments() {
        return Flux.interval(Duration.ZERO, settings.keepAlive())
                .onBackpressureDrop()
                .map(_ -> ServerSentEvent.<String>builder().comment("alive").build());
    }

    private static ServerSentEvent<String> written(ActorEventView event) {
        return ServerSentEvent.builder(Wire.JSON.writeValueAsString(event))
                .id(event.id())
                .build();
    }

    /** Where one reader is. Read and written by one round after the other; woken by anyone. */
    private static final class Follower {

        private final ActorId actor;
        private volatile Sinks.Empty<Void> wake = Sinks.empty();
        private volatile long last;
        private volatile boolean ended;
        private final boolean destroyed;

        Follower(ActorId actor, long last, boolean destroyed) {
            this.actor = actor;
            this.last = last;
            this.destroyed = destroyed;
        }

        /** Before each round: what happens during the round ends the wait after it. */
        void prepare() {
            wake = Sinks.empty();
        }

        void read(List<ActorEventView> page) {
            if (!page.isEmpty()) {
                last = Long.parseLong(page.getLast().id());
            }
            ended = page.isEmpty() ? destroyed : page.getLast().state().equals("destroyed");
        }

        void wake() {
            wake.tryEmitEmpty();
        }

        Mono<Void> woken() {
            return wake.asMono();
        }
    }
}
