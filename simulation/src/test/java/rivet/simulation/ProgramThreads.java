package rivet.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Fibers wait, where threads would. */
final class ProgramThreads implements Threads {

    private static final long LONG = TimeUnit.HOURS.toNanos(1);

    private final Program program;

    ProgramThreads(Program program) {
        this.program = program;
    }

    @Override
    public long nanos() {
        return program.nanos();
    }

    @Override
    public void sleep(long nanos) {
        program.sleep(nanos);
    }

    @Override
    public void start(String name, Runnable work) {
        program.start(name, work);
    }

    @Override
    public void after(long nanos, Runnable action) {
        program.after(nanos, action);
    }

    @Override
    public <T> T await(CompletableFuture<T> answer, long atMostNanos) throws ExecutionException, TimeoutException {
        var waiting = new Waiting();
        var _ = answer.whenComplete((_, _) -> waiting.wake());
        if (!waiting.await(answer::isDone, atMostNanos)) {
            throw new TimeoutException();
        }
        try {
            return answer.get();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the simulation", e);
        }
    }

    @Override
    public <T> BlockingQueue<T> queue(int most) {
        return new Queue<>(most, new Waiting());
    }

    @Override
    public Semaphore places(int many) {
        return new Places(many, new Waiting());
    }

    /** Those who wait for one thing. */
    private final class Waiting {

        private final List<Fiber> fibers = new ArrayList<>();

        /** @return whether it has come */
        boolean await(BooleanSupplier thing, long atMostNanos) {
            long until = program.nanos() + atMostNanos;
            var fiber = program.fiber();
            fibers.add(fiber);
            try {
                while (!thing.getAsBoolean() && until - program.nanos() > 0) {
                    program.sleep(until - program.nanos());
                }
            } finally {
                fibers.remove(fiber);
            }
            return thing.getAsBoolean();
        }

        void wake() {
            fibers.forEach(Fiber::wake);
        }

        long nanos() {
            return program.nanos();
        }
    }

    private static final class Queue<T> extends ArrayBlockingQueue<T> {

        private static final long serialVersionUID = 1;

        private final transient Waiting waiting;

        Queue(int most, Waiting waiting) {
            super(most);
            this.waiting = waiting;
        }

        @Override
        public boolean offer(T element) {
            var taken = super.offer(element);
            waiting.wake();
            return taken;
        }

        @Override
        public T take() {
            var next = poll();
            while (next == null) {
                waiting.await(() -> !isEmpty(), LONG);
                next = poll();
            }
            return next;
        }
    }

    private static final class Places extends Semaphore {

        private static final long serialVersionUID = 1;

        private final transient Waiting waiting;

        Places(int many, Waiting waiting) {
            super(many);
            this.waiting = waiting;
        }

        @Override
        public void acquire() {
            while (!tryAcquire()) {
                waiting.await(() -> availablePermits() > 0, LONG);
            }
        }

        @Override
        public boolean tryAcquire(long timeout, TimeUnit unit) {
            long until = waiting.nanos() + unit.toNanos(timeout);
            while (!tryAcquire()) {
                if (!waiting.await(() -> availablePermits() > 0, until - waiting.nanos())) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void release() {
            super.release();
            waiting.wake();
        }
    }
}
