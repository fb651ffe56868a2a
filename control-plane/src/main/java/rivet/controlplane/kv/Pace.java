package rivet.controlplane.kv;

import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** On which threads writes are committed, and how they wait. Everything else in this room is the same where time is simulated. */
interface Pace {

    /** Almost all of its many timeouts are cancelled: neither setting nor cancelling one wakes a thread. */
    HashedWheelTimer TIMER =
            new HashedWheelTimer(new DefaultThreadFactory("kv-timeouts", true), 100, TimeUnit.MILLISECONDS);

    /** As it is. Threads of the system, which wait for Postgres in one step. */
    Pace REAL = new Pace() {

        @Override
        public <T> BlockingQueue<T> queue(int most) {
            return new ArrayBlockingQueue<>(most);
        }

        @Override
        public Runnable start(String name, Runnable work) {
            return Thread.ofPlatform().daemon().name(name).start(work)::interrupt;
        }

        @Override
        public <T> CompletableFuture<T> within(CompletableFuture<T> answer, T otherwise, Duration bound) {
            var timeout = TIMER.newTimeout(_ -> answer.complete(otherwise), bound.toMillis(), TimeUnit.MILLISECONDS);
            var _ = answer.whenComplete((_, _) -> timeout.cancel());
            return answer;
        }
    };

    <T> BlockingQueue<T> queue(int most);

    /** @return interrupts it */
    Runnable start(String name, Runnable work);

    /** Completes it with something else when it takes too long. */
    <T> CompletableFuture<T> within(CompletableFuture<T> answer, T otherwise, Duration bound);
}
