package rivet.simulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.kv.AlarmSchedule;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;
import rivet.protocol.kv.KvRequest;
import rivet.protocol.kv.KvRequest.AlarmWrite;
import rivet.protocol.kv.KvWire;

/** What actors do with their alarms, as our SDKs have them do it; and that they wish to sleep. */
final class AlarmUse {

    private static final String ONCE = "once";
    private static final String AGAIN = "again";
    private static final Duration LONGEST_HANDLING = Duration.ofMillis(500);
    private static final long PAUSE = Duration.ofMillis(250).toNanos();
    private static final long LOOK = Duration.ofMillis(200).toNanos();

    /** Ten minutes in our SDKs, which is longer than a world lasts: so late they are where the database's clock jumps ahead. */
    private static final long LONGEST_REST = Duration.ofSeconds(5).toNanos();

    private static final long NEVER = Duration.ofDays(1).toNanos();

    private final World world;
    private final AlarmHistory history;

    AlarmUse(World world, AlarmHistory history) {
        this.world = world;
        this.history = history;
    }

    /** Half of them: who asks for nothing else does not wait behind what nobody answers when it reads its store. */
    static boolean hasAlarms(ActorId actor) {
        return (actor.value().getLeastSignificantBits() & 1) == 0;
    }

    void begin(Copy copy) {
        if (!hasAlarms(copy.actor)) {
            return;
        }
        var program = new Started(copy);
        program.later(world.local(), program::next);
        program.later(world.local(), program::setAtStart);
        program.later(sometime(), program::doSomething);
    }

    private long sometime() {
        return world.simulator().between(Duration.ofSeconds(1), Duration.ofSeconds(6));
    }

    /** One process of an actor. */
    private final class Started {

        private final Copy copy;

        /** Whether an alarm was set since it was asked which is due. */
        private boolean changed;

        /** Counts rests, so that each ends once. */
        private int rests;

        private boolean resting;

        /** Whether an alarm may be set that it does not know of. */
        private boolean uncertain;

        Started(Copy copy) {
            this.copy = copy;
        }

        /** As soon as it acts then. */
        private void later(long nanos, Runnable step) {
            world.simulator().after(nanos, () -> {
                if (!copy.mainAlive) {
                    return;
                }
                if (copy.acts()) {
                    step.run();
                } else {
                    later(LOOK, step);
                }
            });
        }

        private void setAtStart() {
            if (world.simulator().chance(0.5)) {
                set(again());
            }
        }

        private void doSomething() {
            if (world.isQuiet()) {
                return;
            }
            switch (world.simulator().below(10)) {
                case 0, 1 -> copy.tired.complete(null);
                case 2 -> ask(new AlarmWrite.Delete(world.simulator().chance(0.5) ? ONCE : AGAIN), this::certain);
                case 3 -> set(again());
                default -> set(once());
            }
            later(sometime(), this::doSomething);
        }

        /** Mostly as it is set already. */
        private AlarmWrite.Set again() {
            long seconds =
                    world.simulator().chance(0.8) ? 2 : 1 + world.simulator().below(5);
            return new AlarmWrite.Set(AGAIN, new AlarmSchedule.Every(seconds * 1000), Bytes.EMPTY);
        }

        private AlarmWrite.Set once() {
            long at = SimulatedDatabase.epochMs(world.databaseNanos())
                    + world.simulator().below(8000)
                    - 500;
            return new AlarmWrite.Set(ONCE, new AlarmSchedule.Once(at), Bytes.EMPTY);
        }

        private void set(AlarmWrite.Set alarm) {
            ask(alarm, answer -> {
                certain(answer);
                changed = true;
                if (resting) {
                    next();
                }
            });
        }

        /** Asks which is due. */
        private void next() {
            resting = false;
            changed = false;
            ask(new KvRequest.NextAlarm(), answer -> {
                if (answer instanceof KvAnswer.Fired fired) {
                    later(world.simulator().between(Duration.ZERO, LONGEST_HANDLING), () -> say(outcome(fired)));
                } else if (answer instanceof KvAnswer.NotDue(var waitMs)) {
                    rest(
                            uncertain
                                    ? PAUSE
                                    : waitMs < 0
                                            ? NEVER
                                            : Math.min(LONGEST_REST, TimeUnit.MILLISECONDS.toNanos(waitMs)));
                } else if (isUnavailable(answer)) {
                    rest(PAUSE);
                }
            });
        }

        /** What was not confirmed may be done all the same, until something that comes after it is confirmed. */
        private void certain(@Nullable KvAnswer answer) {
            uncertain = answer instanceof KvAnswer.Written ? false : uncertain || isUnavailable(answer);
        }

        private void rest(long nanos) {
            if (changed) {
                next();
                return;
            }
            resting = true;
            int mine = ++rests;
            later(nanos, () -> {
                if (resting && rests == mine) {
                    next();
                }
            });
        }

        private AlarmWrite outcome(KvAnswer.Fired fired) {
            return !world.isQuiet() && world.simulator().chance(0.15)
                    ? new AlarmWrite.Failed(fired.name(), fired.id())
                    : new AlarmWrite.Done(fired.name(), fired.id());
        }

        /** Until it is heard. */
        private void say(AlarmWrite what) {
            ask(what, answer -> {
                certain(answer);
                if (isUnavailable(answer)) {
                    later(PAUSE, () -> say(what));
                } else if (answer instanceof KvAnswer.Written) {
                    next();
                }
            });
        }

        private boolean isUnavailable(@Nullable KvAnswer answer) {
            return answer == null || (answer instanceof KvAnswer.Refused(var code, var _) && code == Code.UNAVAILABLE);
        }

        /** @param then is told null where the agent was gone before it answered */
        private void ask(KvRequest request, Consumer<@Nullable KvAnswer> then) {
            var agent = copy.host.agent();
            var store = agent == null ? null : agent.store(copy);
            if (agent == null || store == null) {
                later(LOOK, () -> then.accept(null));
                return;
            }
            var asked = history.asked(copy.actor, copy.generation, request);
            var answer = new CompletableFuture<@Nullable KvAnswer>();
            store.ask(List.of(request), (bytes, _) -> {
                var said = KvWire.answer(request, bytes);
                long now = world.simulator().now();
                // Not here: who asked catches what it does not expect.
                world.simulator().after(0, () -> {
                    history.answered(asked, said, now);
                    answer.complete(said);
                });
            });
            var _ = answer.thenAccept(said -> later(0, () -> then.accept(said)));
            watch(agent, answer);
        }

        private void watch(SimulatedAgent agent, CompletableFuture<@Nullable KvAnswer> answer) {
            world.simulator().after(LOOK, () -> {
                if (agent.store(copy) == null) {
                    answer.complete(null);
                } else if (!answer.isDone()) {
                    watch(agent, answer);
                }
            });
        }
    }
}
