package rivet.agent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.proxy.RouteCounts.Counted;
import rivet.protocol.link.RouteTraffic;

/**
 * Tells the control plane how many requests came for custom routes: one batch after the other, each until it is stored, so
 * that none is lost and none counts twice while this process lives.
 */
final class TrafficReports implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TrafficReports.class);

    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

    /** Hours of a control plane's absence; beyond it the oldest are dropped. */
    private static final int MOST_COUNTS = 50_000;

    private final Supplier<List<Counted>> source;
    private final Sink sink;
    private final Duration interval;
    private final UUID run = UUID.randomUUID();
    private final Semaphore ending = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("traffic").unstarted(this::run);

    /** All touched by the one thread only. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private int waitingCounts;
    /** A batch that was sent may have been stored, so its number is never given to another. */
    private long lastNumber;

    private record Waiting(long number, long takenNanos, List<Counted> counts) {}

    /** Where batches go. */
    @FunctionalInterface
    interface Sink {

        /** @return whether the batch is done with; else it is to be sent again */
        boolean send(RouteTraffic traffic) throws InterruptedException;
    }

    /** @param source gives each count once */
    TrafficReports(Supplier<List<Counted>> source, Sink sink, Duration interval) {
        this.source = source;
        this.sink = sink;
        this.interval = interval;
    }

    TrafficReports start() {
        thread.start();
        return this;
    }

    private void run() {
        try {
            boolean last = false;
            while (!last) {
                last = ending.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS);
                collect();
                send();
            }
        } catch (InterruptedException _) {
            log.atWarn().addKeyValue("counts", waitingCounts).log("requests of routes were not reported");
        }
    }

    private void collect() {
        var taken = source.get();
        for (int from = 0; from < taken.size(); from += RouteTraffic.MOST_COUNTS) {
            var counts = taken.subList(from, Math.min(taken.size(), from + RouteTraffic.MOST_COUNTS));
            waiting.add(new Waiting(++lastNumber, System.nanoTime(), counts));
            waitingCounts += counts.size();
        }
        while (waitingCounts > MOST_COUNTS) {
            var dropped = waiting.remove();
            waitingCounts -= dropped.counts().size();
            log.atWarn()
                    .addKeyValue("counts", dropped.counts().size())
                    .log("requests of routes are forgotten: nobody took the numbers");
        }
    }

    private void send() throws InterruptedException {
        while (!waiting.isEmpty() && sink.send(traffic(waiting.element()))) {
            waitingCounts -= waiting.remove().counts().size();
        }
    }

    private RouteTraffic traffic(Waiting batch) {
        long ageMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - batch.takenNanos());
        return new RouteTraffic(
                run,
                batch.number(),
                batch.counts().stream().map(counted -> count(counted, ageMs)).toList());
    }

    private static RouteTraffic.Count count(Counted counted, long ageMs) {
        var kind = counted.kind();
        return new RouteTraffic.Count(
                kind.route().environmentId(),
                kind.route().name(),
                kind.hostname(),
                kind.method(),
                kind.status(),
                kind.cause(),
                ageMs,
                counted.requests());
    }

    /** Sends what there is, if that can be done soon. */
    @Override
    public void close() {
        ending.release();
        try {
            if (!thread.join(LONGEST_CLOSE)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
