package rivet.agent.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.http.HeadWriter;
import rivet.protocol.link.ActorLocation;

/**
 * One event loop with everything that lives on it and is touched by nobody else: its clients, its connections to
 * actors, its clock. Deadlines are looked at in one pass every so often: a timer for each would cost every request more
 * than all of them together cost here.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a task reports its own failure
final class Lane {

    private static final Logger log = LoggerFactory.getLogger(Lane.class);

    /** What all lanes share. */
    record Shared(
            ProxySettings settings,
            RouteTable routes,
            CustomRoutes customRoutes,
            RouteCounts routeCounts,
            RemoteActors remotes,
            Lookups<RouteName, List<ActorLocation>> routeLookups,
            HeldRequests held,
            Access access,
            HibernatingSockets sockets,
            ProxyCounters counters,
            BooleanSupplier mayServe) {}

    /** Something with a deadline. */
    interface Swept {
        void sweep(long now);

        /** The proxy is closing: whoever is idle goes, whoever waits is told. */
        void drain();
    }

    static final long SWEEP_MILLIS = 250;

    private final EventLoop loop;
    private final Shared shared;
    private final ActorPool pool;
    private final HeadWriter writer = new HeadWriter();
    private final Set<Swept> swept = new HashSet<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private long now = System.nanoTime();
    private int inFlight;
    private boolean draining;

    Lane(EventLoop loop, Shared shared) {
        this.loop = loop;
        this.shared = shared;
        this.pool = new ActorPool(this);
    }

    void start() {
        later(this::sweep, Duration.ofMillis(SWEEP_MILLIS));
    }

    private void sweep() {
        later(this::sweep, Duration.ofMillis(SWEEP_MILLIS));
        now = System.nanoTime();
        pool.sweep(now);
        for (Swept each : new ArrayList<>(swept)) {
            each.sweep(now);
        }
    }

    /** Runs a task on this lane after a while. */
    ScheduledFuture<?> later(Runnable task, Duration delay) {
        return loop.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            // Nobody looks at the future of such a task, so the failure would be lost.
            log.atError().setCause(e).log("a task of the proxy failed");
        }
    }

    /** Completed when nothing is in flight any more. */
    CompletableFuture<Void> drain() {
        loop.execute(() -> {
            draining = true;
            pool.drain();
            new ArrayList<>(swept).forEach(Swept::drain);
            endDraining();
        });
        return drained;
    }

    void began() {
        inFlight++;
    }

    void ended() {
        inFlight--;
        endDraining();
    }

    private void endDraining() {
        if (draining && inFlight == 0) {
            drained.complete(null);
        }
    }

    void add(Swept each) {
        swept.add(each);
    }

    void remove(Swept each) {
        swept.remove(each);
    }

    EventLoop loop() {
        return loop;
    }

    ProxySettings settings() {
        return shared.settings();
    }

    ProxyTimes times() {
        return shared.settings().times();
    }

    RouteTable routes() {
        return shared.routes();
    }

    CustomRoutes customRoutes() {
        return shared.customRoutes();
    }

    RouteCounts routeCounts() {
        return shared.routeCounts();
    }

    RemoteActors remotes() {
        return shared.remotes();
    }

    Lookups<RouteName, List<ActorLocation>> routeLookups() {
        return shared.routeLookups();
    }

    HeldRequests held() {
        return shared.held();
    }

    Access access() {
        return shared.access();
    }

    HibernatingSockets sockets() {
        return shared.sockets();
    }

    ProxyCounters counters() {
        return shared.counters();
    }

    /** Whether the actors here are still this agent's. */
    boolean mayServe() {
        return shared.mayServe().getAsBoolean();
    }

    ActorPool pool() {
        return pool;
    }

    /** The one writer of this lane: what is written is handed on before the next head. */
    HeadWriter writer() {
        return writer;
    }

    /** The time of the last pass; enough for deadlines of seconds. */
    long now() {
        return now;
    }

    boolean draining() {
        return draining;
    }
}
