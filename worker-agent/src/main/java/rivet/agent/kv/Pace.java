package rivet.agent.kv;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** By which clock calls are bounded, and how they wait. Everything else in this room is the same where time is simulated. */
interface Pace {

    /** As it is. */
    Pace REAL = new Pace() {

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }

        @Override
        public Runnable start(String name, Runnable work) {
            return Thread.ofVirtual().name(name).start(work)::interrupt;
        }

        @Override
        public <T> T await(CompletableFuture<T> answer, long atMostNanos)
                throws InterruptedException, ExecutionException, TimeoutException {
            return answer.get(atMostNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public <T> BlockingQueue<T> queue(int most) {
            return new ArrayBlockingQueue<>(most);
        }

        @Override
        public Semaphore places(int many) {
            return new Semaphore(many, true);
        }
    };

    /** Monotonic; only differences mean something. */
    long nanos();

    void sleep(long nanos) throws InterruptedException;

    /** @return interrupts it */
    Runnable start(String name, Runnable work);

    <T> T await(CompletableFuture<T> answer, long atMostNanos)
            throws InterruptedException, ExecutionException, TimeoutException;

    <T> BlockingQueue<T> queue(int most);

    /** Given in the order in which they are asked for. */
    Semaphore places(int many);
}
