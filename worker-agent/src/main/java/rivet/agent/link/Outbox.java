package rivet.agent.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.ToControlPlane.Followed;
import rivet.protocol.link.ToControlPlane.LogLine;

/**
 * What waits to be sent. Facts go first and replace each other; lines wait a little for company. An end goes after every
 * line that was there before it, so that who sees an actor gone has seen all it said.
 */
final class Outbox {

    private final Bounds bounds;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Map<Source, ActorReport> facts = new LinkedHashMap<>();
    private final Map<Source, ActorReport> ends = new LinkedHashMap<>();
    private final Map<ActorId, Followed> followed = new LinkedHashMap<>();
    private final ArrayDeque<LogLine> lines = new ArrayDeque<>();
    private final Map<Source, Dropped> dropped = new LinkedHashMap<>();
    private long lineBytes;
    private long oldestLineNanos;
    private boolean nudged;
    private boolean sending;

    Outbox(Bounds bounds) {
        this.bounds = bounds;
    }

    /**
     * @param keptBytes of lines; beyond it the oldest are dropped and counted
     * @param batchLines as soon as so many wait, they are sent
     * @param batchBytes no batch is larger, unless one line is
     * @param waitMs no line waits longer for company
     */
    record Bounds(long keptBytes, int batchLines, long batchBytes, long waitMs) {

        static final Bounds DEFAULT = new Bounds(16 << 20, 256, 256 * 1024, 50);
    }

    /** Of actors elsewhere; beyond it the agent is not told when they move, and finds out by itself. */
    private static final int MOST_FOLLOWED = 10_000;

    private record Source(ActorId actor, long generation) {}

    private record Dropped(LogLine last, long count) {}

    /** What to send now, in this order. */
    sealed interface Parcel {

        record Facts(List<ActorReport> reports) implements Parcel {}

        record Follow(List<Followed> actors) implements Parcel {}

        record Lines(List<LogLine> lines) implements Parcel {}
    }

    void put(ActorReport report) {
        lock.lock();
        try {
            var source = new Source(report.actor(), report.generation());
            if (report.phase() instanceof Down) {
                facts.remove(source);
                ends.put(source, report);
            } else {
                facts.put(source, report);
            }
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    void put(LogLine line) {
        lock.lock();
        try {
            if (lines.isEmpty()) {
                oldestLineNanos = System.nanoTime();
                filled.signal();
            }
            lines.add(line);
            lineBytes += size(line);
            while (lineBytes > bounds.keptBytes()) {
                dropOldest();
            }
            if (lines.size() == bounds.batchLines()) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    void put(Followed actor) {
        lock.lock();
        try {
            if (followed.size() < MOST_FOLLOWED || followed.containsKey(actor.actor())) {
                followed.put(actor.actor(), actor);
            }
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Facts that are told in another way now. Lines stay. */
    void clearFacts() {
        lock.lock();
        try {
            facts.clear();
            ends.clear();
        } finally {
            lock.unlock();
        }
    }

    /** The next to send; empty if there is nothing after so long. {@link #sent} is to be called when it is sent. */
    List<Parcel> take(long atMostMs) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMs);
            while (System.nanoTime() - until < 0 && !isDue() && !nudged) {
                var _ = filled.awaitNanos(Math.min(until - System.nanoTime(), untilDue()));
            }
            nudged = false;
            var parcels = parcels();
            sending = !parcels.isEmpty();
            return parcels;
        } finally {
            lock.unlock();
        }
    }

    /** All that was taken is on its way, but for these lines, which go first next time. */
    void sent(List<LogLine> unsent) {
        lock.lock();
        try {
            sending = false;
            for (var line : unsent.reversed()) {
                lines.addFirst(line);
                lineBytes += size(line);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whoever waits in {@link #take} looks up. */
    void nudge() {
        lock.lock();
        try {
            nudged = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return facts.isEmpty() && ends.isEmpty() && lines.isEmpty() && !sending;
        } finally {
            lock.unlock();
        }
    }

    private boolean isDue() {
        return !facts.isEmpty() || !ends.isEmpty() || !followed.isEmpty() || linesAreDue();
    }

    private boolean linesAreDue() {
        return lines.size() >= bounds.batchLines() || (!lines.isEmpty() && untilDue() <= 0);
    }

    private long untilDue() {
        return lines.isEmpty()
                ? Long.MAX_VALUE
                : oldestLineNanos + TimeUnit.MILLISECONDS.toNanos(bounds.waitMs()) - System.nanoTime();
    }

    private List<Parcel> parcels() {
        var parcels = new ArrayList<Parcel>();
        if (!facts.isEmpty()) {
            parcels.add(new Parcel.Facts(List.copyOf(facts.values())));
            facts.clear();
        }
        if (!followed.isEmpty()) {
            parcels.add(new Parcel.Follow(List.copyOf(followed.values())));
            followed.clear();
        }
        if (!ends.isEmpty()) {
            while (!lines.isEmpty()) {
                parcels.add(batch());
            }
            parcels.add(new Parcel.Facts(List.copyOf(ends.values())));
            ends.clear();
        } else if (linesAreDue()) {
            parcels.add(batch());
        }
        return parcels;
    }

    private Parcel batch() {
        var batch = new ArrayList<LogLine>();
        dropped.values().forEach(gap -> batch.add(tell(gap)));
        dropped.clear();
        long bytes = 0;
        while (!lines.isEmpty()
                && batch.size() < bounds.batchLines()
                && (bytes == 0 || bytes + size(lines.element()) <= bounds.batchBytes())) {
            var line = lines.remove();
            bytes += size(line);
            batch.add(line);
        }
        lineBytes -= bytes;
        oldestLineNanos = System.nanoTime();
        return new Parcel.Lines(batch);
    }

    private void dropOldest() {
        var line = lines.remove();
        lineBytes -= size(line);
        dropped.merge(
                new Source(line.actor(), line.generation()),
                new Dropped(line, 1),
                (before, one) -> new Dropped(one.last(), before.count() + 1));
    }

    private static LogLine tell(Dropped gap) {
        var last = gap.last();
        return new LogLine(
                last.actor(),
                last.generation(),
                LogStream.STDERR,
                last.at(),
                "[rivet: %d lines dropped, the control plane did not take them]".formatted(gap.count()));
    }

    /** As it counts for memory and for a frame: near enough. */
    private static long size(LogLine line) {
        return line.text().length() + 64L;
    }
}
