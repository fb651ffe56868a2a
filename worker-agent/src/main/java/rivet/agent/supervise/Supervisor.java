package rivet.agent.supervise;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.supervise.Difference.Known;
import rivet.agent.supervise.Difference.Step;
import rivet.agent.supervise.Launcher.Survivor;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToControlPlane.LogLine;

/** Compares what is desired with what runs here, starts and stops, and keeps each end until it is no longer named. */
public final class Supervisor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

    /**
     * After the grace at a close: for killing what is left, which takes milliseconds unless the machine is ill, and for keeping what
     * is in directories, which takes as long as they are large.
     */
    private static final Duration KILL_BOUND = Duration.ofSeconds(60);

    private final Settings settings;
    private final Journal journal;
    private final Listener listener;
    private final ActorProcess.Surroundings around;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ActorKey, ActorProcess> alive = new HashMap<>();
    private final Map<ActorKey, Down> down = new HashMap<>();

    /** Absent until this run of the agent was told its first: until then nobody has said that anything should end. */
    private @Nullable List<DesiredActor> desired;

    private Runnable strangersGone = () -> {};
    private boolean closing;

    public Supervisor(Settings settings, Parts parts, Listener listener, Consumer<LogLine> output) {
        this(settings, parts, Pace.REAL, listener, output);
    }

    Supervisor(Settings settings, Parts parts, Pace pace, Listener listener, Consumer<LogLine> output) {
        this.settings = settings;
        this.journal = parts.journal();
        this.listener = listener;
        this.around = new ActorProcess.Surroundings(
                parts, pace, new Starts(settings.startsAtOnce()), settings.startDeadline(), output, this::changed);
    }

    /**
     * @param startDeadline from the spawn until each port accepts connections
     * @param closeGrace the longest grace an actor has when the agent itself stops
     * @param startsAtOnce how many processes start at a time, unless they take long for it; from 1
     */
    public record Settings(Duration startDeadline, Duration closeGrace, int startsAtOnce) {}

    /** @param lease whether anything may be started at this instant; what may not waits until it may, or is not wanted any more */
    public record Parts(Launcher launcher, Journal journal, LocalPorts ports, BooleanSupplier lease, Traffic traffic) {}

    /** What the proxy carries to a generation. Asked on its own thread, again and again. */
    public interface Traffic {

        /** Whether it has requests that it has not answered. */
        boolean hasUnanswered(ActorId actor, long generation);

        /** Likewise, or connections and streams that end when somebody has enough of them. */
        default boolean isUsed(ActorId actor, long generation) {
            return hasUnanswered(actor, generation);
        }

        /** For how long nobody has used it, in nanoseconds; 0: somebody does, or nobody knows. */
        default long quietNanos(ActorId actor, long generation) {
            return 0;
        }
    }

    /**
     * Hears each change, in order for each actor, before what follows from it is done: {@code stopping} comes before the
     * signal is sent. It must not call back and should not wait.
     */
    public interface Listener {

        void changed(ActorReport report);

        /** The control plane knows the end of it, and so we need not. */
        void forgotten(ActorId actor, long generation);
    }

    /** Takes up what an earlier run of the agent had started: what still lives, and what is known of the rest. */
    public void recall() {
        lock.lock();
        try {
            var survivors = new HashMap<ActorKey, Survivor>();
            for (var survivor : around.parts().launcher().survivors()) {
                survivors.put(new ActorKey(survivor.actor(), survivor.generation()), survivor);
            }
            journal.entries().forEach((key, end) -> {
                var survivor = end.isEmpty() ? survivors.remove(key) : null;
                if (survivor == null) {
                    down.put(key, end.orElseGet(() -> lost(key)));
                } else {
                    adopt(key, survivor);
                }
            });
            // Their ends are written down already, or they never came to be a start of ours.
            survivors.values().forEach(Survivor::end);
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on, this is what should run here; returns at once.
     *
     * @param strangersGone called when nothing is left of what this does not name, and before anything is started; also later,
     *     and not if another set comes first. It must not call back.
     */
    public void desire(List<DesiredActor> actors, Runnable strangersGone) {
        lock.lock();
        try {
            desired = List.copyOf(actors);
            this.strangersGone = strangersGone;
            pass();
        } finally {
            lock.unlock();
        }
    }

    /** All that runs here, and all that ended here and is still named. */
    public List<ActorReport> inventory() {
        lock.lock();
        try {
            var reports = new ArrayList<ActorReport>();
            alive.values().forEach(process -> reports.add(process.report()));
            down.forEach((key, end) -> reports.add(new ActorReport(key.actor(), key.generation(), end)));
            return reports;
        } finally {
            lock.unlock();
        }
    }

    /** Stops all, with grace, and starts nothing more; returns when they are gone, or the bound is over. */
    @Override
    public void close() {
        var gone = stopAll();
        long boundMs = settings.closeGrace().plus(KILL_BOUND).toMillis();
        var all = CompletableFuture.allOf(gone.toArray(CompletableFuture[]::new))
                .thenApply(_ -> true)
                .completeOnTimeout(false, boundMs, TimeUnit.MILLISECONDS);
        if (!all.join()) {
            log.atError().addKeyValue("actors", alive.keySet()).log("actors outlive the agent");
        }
    }

    private List<CompletableFuture<Void>> stopAll() {
        lock.lock();
        try {
            closing = true;
            for (var process : alive.values()) {
                long graceMs =
                        Math.min(process.spec().graceMs(), settings.closeGrace().toMillis());
                process.stop(new StopOrder(StopOrder.Why.AGENT_STOPS, in(0), in(graceMs), null));
            }
            return alive.values().stream().map(ActorProcess::gone).toList();
        } finally {
            lock.unlock();
        }
    }

    private void adopt(ActorKey key, Survivor survivor) {
        log.atInfo()
                .addKeyValue("actor", key.actor())
                .addKeyValue("generation", key.generation())
                .log("an actor outlived the agent and is adopted");
        var process = new ActorProcess(new Run(key.actor(), key.generation(), survivor.spec()), around);
        alive.put(key, process);
        process.adopt(survivor);
    }

    private Down lost(ActorKey key) {
        var lost = new Down(
                null, null, DownReason.AGENT_RESTARTED, "the agent was restarted, and the process did not outlive it");
        journal.ended(key, lost);
        return lost;
    }

    private void pass() {
        var wanted = desired;
        if (closing || wanted == null) {
            return;
        }
        var steps = Difference.between(known(), wanted);
        steps.stream().filter(step -> !isStart(step)).forEach(this::take);
        if (Difference.unnamed(alive.keySet(), wanted).isEmpty()) {
            strangersGone.run();
            steps.stream().filter(Supervisor::isStart).forEach(this::take);
        }
    }

    private static boolean isStart(Step step) {
        return step instanceof Step.Start;
    }

    private Map<ActorKey, Known> known() {
        var known = new HashMap<ActorKey, Known>();
        down.keySet().forEach(key -> known.put(key, Known.DOWN));
        alive.keySet().forEach(key -> known.put(key, Known.ALIVE));
        return known;
    }

    private void take(Step step) {
        switch (step) {
            case Step.Start(var run) -> {
                var process = new ActorProcess(run, around);
                alive.put(process.key(), process);
                process.start();
            }
            case Step.End(var key, var stop) -> process(key).stop(ordered(stop));
            case Step.EndUnnamed(var key) -> // another may have its place already
                process(key).stop(new StopOrder(StopOrder.Why.WANTED, in(0), in(0), null));
            case Step.GoOn(var key, var newer) -> process(key).newer(newer);
            case Step.SayStopped(var key) -> say(key, new Down(null, null, DownReason.STOPPED, "it does not run here"));
            case Step.SayOutdated(var key) ->
                say(key, new Down(null, null, DownReason.SPAWN_FAILED, "a newer generation was started here before"));
            case Step.Forget(var key) -> {
                down.remove(key);
                journal.forgotten(key);
                listener.forgotten(key.actor(), key.generation());
            }
        }
    }

    private StopOrder ordered(DesiredActor.Stop stop) {
        long drainMs = stop.drainMs() == null ? 0 : stop.drainMs();
        var why = Boolean.TRUE.equals(stop.forGood()) ? StopOrder.Why.FOR_GOOD : StopOrder.Why.WANTED;
        return new StopOrder(why, in(drainMs), in(drainMs + stop.graceMs()), stop.why());
    }

    private long in(long ms) {
        return around.pace().nanos() + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    private ActorProcess process(ActorKey key) {
        return Objects.requireNonNull(alive.get(key));
    }

    private void say(ActorKey key, Down end) {
        journal.ended(key, end);
        down.put(key, end);
        listener.changed(new ActorReport(key.actor(), key.generation(), end));
    }

    /** On the actor's own thread. */
    private void changed(ActorProcess process, ProcessState state) {
        log.atInfo()
                .addKeyValue("actor", process.key().actor())
                .addKeyValue("generation", process.key().generation())
                .addKeyValue("phase", state.phase())
                .log("an actor changed");
        if (state instanceof ProcessState.Exited(var end)) {
            ended(process, end);
        } else {
            listener.changed(process.report());
        }
    }

    /** In one step, so that no one hears that an end is forgotten before it was told. */
    private void ended(ActorProcess process, Down end) {
        lock.lock();
        try {
            alive.remove(process.key());
            down.put(process.key(), end);
            listener.changed(process.report());
            pass(); // A newer generation may have waited for this end.
        } finally {
            lock.unlock();
        }
    }
}
