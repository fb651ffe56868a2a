package rivet.agent.supervise;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.ToControlPlane.LogLine;

/** Runs nothing; writes down, in one list, what it is asked and what the world is told. */
final class FakeLauncher implements Launcher, Supervisor.Listener {

    final List<String> story = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<@Nullable Void> fetched = CompletableFuture.completedFuture(null);
    volatile List<Survivor> survivors = List.of();
    /** Those of the last launch. */
    volatile Map<String, Integer> ports = Map.of();

    private final CompletableFuture<Ended> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> sleep = new CompletableFuture<>();

    volatile boolean handlesAlarm;
    /** It is killed when its grace is over, before anybody has looked again. */
    volatile boolean ignoresTheSignal;
    /** How often somebody wanted to know. */
    final AtomicInteger alarmLooks = new AtomicInteger();

    void await(String event) {
        Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> story.contains(event));
    }

    void saysThatItIsReady() {
        ready.complete(null);
    }

    void asksToSleep() {
        sleep.complete(null);
    }

    void ends(int code) {
        ended.complete(new Ended(code, null));
    }

    @Override
    public CompletableFuture<Prepared> prepare(ActorSpec spec) {
        return fetched.thenApply(_ -> new FakePrepared());
    }

    @Override
    public List<Survivor> survivors() {
        return survivors;
    }

    /** What an earlier run of the agent left; all that live end as one. */
    record Left(ActorId actor, long generation, ActorSpec spec, Process process) implements Survivor {

        @Override
        public Map<String, Integer> ports() {
            return Map.of();
        }

        @Override
        public Process adopt(Consumer<LogLine> output) {
            return process;
        }

        @Override
        public void end() {
            process.killAll();
        }
    }

    Left left(ActorId actor, ActorSpec spec) {
        return new Left(actor, 1, spec, new FakeProcess(ended));
    }

    Left leftAndEnded(ActorId actor, ActorSpec spec) {
        return new Left(actor, 1, spec, new FakeProcess(CompletableFuture.completedFuture(new Ended(1, null))));
    }

    @Override
    public void changed(ActorReport report) {
        story.add(
                switch (report.phase()) {
                    case Phase.Starting(var step) -> "starting " + step;
                    case Phase.Up(var _, var rest) -> rest == null ? "up" : "up, " + rest;
                    case Phase.Stopping _ -> "stopping";
                    case Phase.Down down -> "down " + down.reason();
                });
    }

    @Override
    public void forgotten(ActorId actor, long generation) {
        story.add("forgotten");
    }

    private final class FakePrepared implements Prepared {

        private boolean launched;

        @Override
        public Process launch(Order order) {
            launched = true;
            ports = order.ports();
            story.add("launch " + order.generation());
            return new FakeProcess(ended);
        }

        @Override
        public void close() {
            if (!launched) {
                story.add("release");
            }
        }
    }

    private final class FakeProcess implements Process {

        private final CompletableFuture<Ended> ended;

        FakeProcess(CompletableFuture<Ended> ended) {
            this.ended = ended;
        }

        @Override
        public CompletableFuture<Ended> ended() {
            return ended;
        }

        @Override
        public CompletableFuture<Void> ready() {
            return ready;
        }

        @Override
        public CompletableFuture<Void> sleep() {
            return sleep;
        }

        @Override
        public boolean handlesAlarm() {
            alarmLooks.incrementAndGet();
            return handlesAlarm;
        }

        @Override
        public void terminate(Duration grace) {
            story.add("terminate");
            if (ignoresTheSignal) {
                awaitEndOf(grace);
            }
            ended.complete(new Ended(null, ignoresTheSignal ? 9 : 15));
        }

        private static void awaitEndOf(Duration grace) {
            long end = System.nanoTime() + grace.toNanos();
            while (end - System.nanoTime() > 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }

        @Override
        public void killAll() {
            story.add("kill all");
            ended.complete(new Ended(null, 9));
        }

        @Override
        public boolean ranOutOfMemory() {
            return false;
        }

        @Override
        public void close() {
            story.add("close");
        }
    }
}
