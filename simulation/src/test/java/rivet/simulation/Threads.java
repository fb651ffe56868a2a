package rivet.simulation;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;

/** The threads of one program and its clock, for code of ours that waits. */
public interface Threads {

    /** Monotonic, the program's own. */
    long nanos();

    void sleep(long nanos);

    void start(String name, Runnable work);

    /** Unless the program is killed before. */
    void after(long nanos, Runnable action);

    <T> T await(CompletableFuture<T> answer, long atMostNanos) throws ExecutionException, TimeoutException;

    /** In which {@link BlockingQueue#take} waits as the simulation does, and nothing else. */
    <T> BlockingQueue<T> queue(int most);

    /** Likewise {@link Semaphore#acquire} and {@link Semaphore#tryAcquire(long, java.util.concurrent.TimeUnit)}. */
    Semaphore places(int many);
}
