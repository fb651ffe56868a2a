package rivet.agent.supervise;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.agent.supervise.Launcher.LaunchFailed;
import rivet.agent.supervise.Launcher.Order;
import rivet.agent.supervise.Launcher.Prepared;
import rivet.agent.supervise.Launcher.Survivor;
import rivet.agent.supervise.Verdict.Cause;
import rivet.protocol.Health;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor.Newer;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToControlPlane.LogLine;

/** Carries one generation of one actor from fetch to exit, on one thread of its own. */
final class ActorProcess {

    private static final Logger log = LoggerFactory.getLogger(ActorProcess.class);

    /** How long a thread waits at a time when nothing bounds it; it only wakes, looks and waits on. */
    private static final Duration LONG = Duration.ofHours(1);

    /** How soon an actor starts when there is a lease again. */
    private static final Duration LEASE_LOOK = Duration.ofMillis(50);

    /** How soon it is seen that an idle actor is used again before it was told to stop. */
    private static final Duration IDLE_LOOK = Duration.ofMillis(200);

    /** How soon a stop goes on when the last connection has ended. */
    private static final Duration DRAIN_LOOK = Duration.ofMillis(100);

    /** How soon a stop goes on when the last request is answered. */
    private static final Duration ANSWERS_LOOK = Duration.ofMillis(20);

    private final Run run;
    private final ActorKey key;
    private final Surroundings around;
    private final Turns turns;
    private final Health health;
    private final Duration startDeadline;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile @Nullable Newer newer;
    private volatile ProcessState state = new ProcessState.Fetching();

    ActorProcess(Run run, Surroundings around) {
        this.run = run;
        this.key = new ActorKey(run.actor(), run.generation());
        this.around = around;
        this.turns = around.pace().turns();
        this.health = run.spec().health() == null ? Health.USUAL : run.spec().health();
        var own = health.startTimeoutMs();
        this.newer = run.newer();
        this.startDeadline = own == null ? around.startDeadline() : Duration.ofMillis(own);
    }

    /** @param changed called with each state, in order, on the actor's own thread */
    record Surroundings(
            Supervisor.Parts parts,
            Pace pace,
            Starts starts,
            Duration startDeadline,
            Consumer<LogLine> output,
            BiConsumer<ActorProcess, ProcessState> changed) {}

    void start() {
        around.pace().start("actor-" + key.actor(), () -> run(this::live));
    }

    /** For a generation that an earlier run of the agent had started. */
    void adopt(Survivor survivor) {
        around.pace().start("actor-" + key.actor(), () -> run(() -> adopted(survivor)));
    }

    void stop(StopOrder order) {
        turns.stop(order);
    }

    /** @param waiting a build that waits for its end; absent: none does any more */
    void newer(@Nullable Newer waiting) {
        if (!Objects.equals(newer, waiting)) {
            newer = waiting;
            turns.nudge();
        }
    }

    ActorKey key() {
        return key;
    }

    ActorSpec spec() {
        return run.spec();
    }

    ActorReport report() {
        return new ActorReport(key.actor(), key.generation(), state.phase());
    }

    /** Completes when no process of it is left and that has been told. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    private void run(Supplier<Down> life) {
        var down = down(life);
        become(new ProcessState.Exited(down));
        gone.complete(null);
    }

    private Down down(Supplier<Down> life) {
        try {
            return life.get();
        } catch (LaunchFailed e) {
            log.atWarn()
                    .addKeyValue("actor", key)
                    .addKeyValue("cause", e.getMessage())
                    .log("an actor could not be started");
            return written(new Down(null, null, e.reason(), String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            log.atError().addKeyValue("actor", key).setCause(e).log("an actor failed for a reason of our own");
            return written(new Down(null, null, DownReason.SPAWN_FAILED, "the agent failed: " + e));
        }
    }

    /** On the disk before the process is given back: until then the warden keeps how it ended. */
    private Down written(Down down) {
        try {
            around.parts().journal().ended(key, down);
        } catch (RuntimeException e) {
            log.atError().addKeyValue("actor", key).setCause(e).log("an end could not be written to the journal");
        }
        return down;
    }

    /** The build is held as for one that we started; that it cannot be had any more does not harm a process that runs. */
    private Down adopted(Survivor survivor) {
        become(new ProcessState.Listening());
        var build = around.parts().launcher().prepare(run.spec());
        try (var ports = ActorPorts.retake(
                run.spec().ports(), survivor.ports(), around.parts().ports())) {
            return live(survivor.adopt(around.output()), ports);
        } finally {
            var _ = build.thenAccept(Prepared::close);
        }
    }

    private Down live() {
        become(new ProcessState.Fetching());
        var preparing = around.parts().launcher().prepare(run.spec());
        awaitOrStop(preparing);
        try {
            return live(preparing);
        } finally {
            around.starts().end(turns);
        }
    }

    private Down live(CompletableFuture<Prepared> preparing) {
        awaitTurnOrStop();
        var order = awaitLeaseOrStop();
        if (order != null) {
            var _ = preparing.thenAccept(Prepared::close);
            return written(neverStarted(order));
        }
        try (var prepared = join(preparing);
                var ports = ActorPorts.take(run.spec().ports(), around.parts().ports())) {
            become(new ProcessState.Spawning());
            return around.parts().journal().started(key) ? live(prepared, ports) : written(startedBefore());
        }
    }

    private Down live(Prepared prepared, ActorPorts ports) {
        var order = new Order(key.actor(), key.generation(), run.spec(), ports.all(), around.output());
        return live(prepared.launch(order), ports);
    }

    private Down live(Launcher.Process launched, ActorPorts ports) {
        try (var process = launched) {
            var _ = process.ended().thenAccept(turns::ended);
            Cause cause;
            try {
                cause = watch(process, ports);
            } finally {
                process.killAll();
            }
            return written(kept(process, Verdict.of(process.ended().join(), cause)));
        }
    }

    /** Before the end is told, because then the next start may be anywhere. */
    private Down kept(Launcher.Process process, Down down) {
        if (!process.leavesSomething()) {
            return down;
        }
        var order = turns.stop();
        if (order != null && order.why() == StopOrder.Why.FOR_GOOD) {
            process.discard();
            return down;
        }
        if (order == null) {
            become(new ProcessState.Keeping());
        }
        return process.keep()
                .map(wrong -> new Down(
                        down.exitCode(),
                        down.signal(),
                        down.reason(),
                        "%s; its directory is not kept: %s; it is on this agent only".formatted(down.message(), wrong)))
                .orElse(down);
    }

    private Cause watch(Launcher.Process process, ActorPorts ports) {
        become(new ProcessState.Listening());
        var start = new StartChecks(ports.readiness(), health, ports.all(), said(process), turns::nudge);
        long deadline = now() + startDeadline.toNanos();
        for (int seen = turns.changes(); !isOver(); seen = turns.changes()) {
            if (start.isReady()) {
                around.starts().end(turns);
                become(new ProcessState.Running(ports.all(), null));
                var rest = new Rest(process, ports.all());
                var dead = health.live() == null ? null : watch(health.live(), ports, rest);
                if (dead != null) {
                    return dead;
                }
                awaitEndOrStop(rest);
                break;
            }
            if (now() - deadline > 0) {
                return start.missing(startDeadline.toMillis());
            }
            turns.await(seen, now() + start.pause().toNanos());
        }
        return turns.ended() != null ? new Cause.Itself(process.ranOutOfMemory()) : stop(process);
    }

    /** Written down before the program hears that it was heard: the next run of the agent cannot ask it what it said. */
    private CompletableFuture<Void> said(Launcher.Process process) {
        var journal = around.parts().journal();
        return !health.signal() || journal.isReady(key)
                ? CompletableFuture.completedFuture(null)
                : process.ready().thenRun(() -> journal.ready(key));
    }

    /** A failure while there is no lease says nothing: the process may stand still. @return null when it is over otherwise */
    private @Nullable Cause watch(Health.Liveness live, ActorPorts ports, Rest rest) {
        var probe = StartChecks.probe(live.http(), ports.all());
        int failures = 0;
        while (true) {
            long next = now() + Duration.ofMillis(live.periodMs()).toNanos();
            for (int seen = turns.changes(); !isOver() && now() - next < 0; seen = turns.changes()) {
                turns.await(seen, Math.min(next, rest.look()));
            }
            var answer = probe.ask();
            var _ = answer.thenRun(turns::nudge);
            for (int seen = turns.changes(); !isOver() && !answer.isDone(); seen = turns.changes()) {
                turns.await(seen, rest.look());
            }
            if (isOver()) {
                return null;
            }
            var wrong = answer.join();
            failures = wrong.isPresent() && around.parts().lease().getAsBoolean() ? failures + 1 : 0;
            if (failures == live.failures()) {
                return new Cause.NotLive(wrong.orElseThrow(), failures);
            }
        }
    }

    /** The order of things: no more requests come, those it has are answered, then it is told, then it has its grace. */
    private Cause stop(Launcher.Process process) {
        become(new ProcessState.Stopping());
        tell(process);
        awaitUnused();
        awaitAnswers();
        long told = Long.MAX_VALUE;
        while (true) {
            int seen = turns.changes();
            var order = Objects.requireNonNull(turns.stop());
            long left = Math.max(0, order.killAt() - now());
            if (order.killAt() != told) {
                told = order.killAt();
                tell(process);
                process.terminate(Duration.ofNanos(left));
            }
            var end = turns.ended();
            boolean over = now() - order.killAt() >= 0; // looked at last: who else kills does it only then
            if (end != null || over) {
                return new Cause.Stop(order, over && (end == null || Verdict.isKill(end)));
            }
            turns.await(seen, order.killAt());
        }
    }

    /** Before the signal, so that who asks why it came hears it. */
    private void tell(Launcher.Process process) {
        var order = turns.stop();
        var waiting = newer;
        process.tell(order == null ? null : order.reason(), waiting == null ? null : waiting.build());
    }

    /** New requests are held meanwhile; what it has may go on for as long as the order says. */
    private void awaitUnused() {
        for (int seen = turns.changes(); turns.ended() == null; seen = turns.changes()) {
            var order = Objects.requireNonNull(turns.stop());
            if (now() - order.drainUntil() >= 0) {
                return;
            }
            if (!around.parts().traffic().isUsed(key.actor(), key.generation())) {
                turns.stop(order.drained(now()));
                return;
            }
            turns.await(seen, Math.min(order.drainUntil(), now() + DRAIN_LOOK.toNanos()));
        }
    }

    /** Most programs end at the signal, whatever they are at. Half of the grace stays for what the actor does then. */
    private void awaitAnswers() {
        long began = now();
        for (int seen = turns.changes(); turns.ended() == null; seen = turns.changes()) {
            long grace = Objects.requireNonNull(turns.stop()).killAt() - began;
            if (now() - began >= grace / 2 || !around.parts().traffic().hasUnanswered(key.actor(), key.generation())) {
                return;
            }
            turns.await(seen, Math.min(began + grace / 2, now() + ANSWERS_LOOK.toNanos()));
        }
    }

    private void awaitEndOrStop(Rest rest) {
        for (int seen = turns.changes(); !isOver(); seen = turns.changes()) {
            turns.await(seen, rest.look());
        }
    }

    /** Whether it need not run any more, which is told for as long as it is so; whether it then sleeps others decide. */
    private final class Rest {

        private final Launcher.Process process;
        private final Map<String, Integer> ports;
        private Phase.@Nullable Rest told;
        private @Nullable Newer announced;

        Rest(Launcher.Process process, Map<String, Integer> ports) {
            this.process = process;
            this.ports = ports;
            var _ = process.sleep().thenRun(turns::nudge);
        }

        /** @return when to look again, at the latest */
        long look() {
            var waiting = newer;
            if (!Objects.equals(waiting, announced)) {
                announced = waiting;
                tell(process);
            }
            long unused = left(waiting == null ? null : waiting.unusedMs());
            long idle = left(run.spec().idleTimeoutMs());
            long left = Math.min(unused, idle);
            var rest = process.sleep().isDone()
                    ? Phase.Rest.ASKED
                    : unused <= 0 ? Phase.Rest.UNUSED : idle <= 0 ? Phase.Rest.IDLE : null;
            if (rest != told) {
                told = rest;
                become(new ProcessState.Running(ports, rest));
            }
            return now() + Math.max(left, IDLE_LOOK.toNanos());
        }

        /** Until it has been quiet for so long, if it stays so. */
        private long left(@Nullable Long quietMs) {
            return quietMs == null ? LONG.toNanos() : TimeUnit.MILLISECONDS.toNanos(quietMs) - quietNanos();
        }

        private long quietNanos() {
            return process.handlesAlarm() ? 0 : around.parts().traffic().quietNanos(key.actor(), key.generation());
        }
    }

    private void awaitOrStop(CompletableFuture<?> work) {
        var _ = work.whenComplete((_, _) -> turns.nudge());
        for (int seen = turns.changes(); turns.stop() == null && !work.isDone(); seen = turns.changes()) {
            turns.await(seen, now() + LONG.toNanos());
        }
    }

    private void awaitTurnOrStop() {
        for (int seen = turns.changes(); turns.stop() == null; seen = turns.changes()) {
            long left = around.starts().begin(turns, now());
            if (left == 0) {
                return;
            }
            if (!(state instanceof ProcessState.Queued)) {
                become(new ProcessState.Queued());
            }
            turns.await(seen, now() + left);
        }
    }

    /** The lease that this start was told in may have ended meanwhile, and the warden would refuse it. */
    private @Nullable StopOrder awaitLeaseOrStop() {
        for (int seen = turns.changes();
                turns.stop() == null && !around.parts().lease().getAsBoolean();
                seen = turns.changes()) {
            turns.await(seen, now() + LEASE_LOOK.toNanos());
        }
        return turns.stop();
    }

    private boolean isOver() {
        return turns.ended() != null || turns.stop() != null;
    }

    private long now() {
        return around.pace().nanos();
    }

    private void become(ProcessState next) {
        state = next;
        around.changed().accept(this, next);
    }

    private static Prepared join(CompletableFuture<Prepared> preparing) {
        try {
            return preparing.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static Down neverStarted(StopOrder order) {
        var reason = switch (order.why()) {
            case WANTED, FOR_GOOD -> DownReason.STOPPED;
            case AGENT_STOPS -> DownReason.AGENT_STOPPED;
        };
        return new Down(null, null, reason, "it was stopped before it was started");
    }

    private static Down startedBefore() {
        return new Down(null, null, DownReason.AGENT_RESTARTED, "this generation was started before");
    }
}
