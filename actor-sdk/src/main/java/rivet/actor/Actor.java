package rivet.actor;

/**
 * A stateful program that Rivet runs, restarts and routes to. Implement it in a public class with a public constructor
 * without parameters, and name that class in the jar's manifest:
 *
 * <pre>{@code Rivet-Actor: com.example.Counter}</pre>
 *
 * or, in its place, in the file {@code META-INF/services/rivet.actor.Actor}.
 *
 * <pre>{@code
 * public final class Counter implements Actor {
 *     @Override
 *     public void start(ActorContext context) throws Exception {
 *         var server = HttpServer.create(new InetSocketAddress("127.0.0.1", context.port("http")), 0);
 *         server.createContext("/", new Count());
 *         server.start();
 *         context.shutdown().await();
 *         server.stop(1);
 *     }
 * }
 * }</pre>
 *
 * <p>Each actor is a process of its own, so one instance is made and {@link #start} is called on it once.
 */
@FunctionalInterface
public interface Actor {

    /**
     * The whole life of the actor. It is called once, on the process's main thread.
     *
     * <p><b>Returning means completed</b>: the process ends with exit code 0, also when other threads still run, and the
     * actor is not started again, durable or not. An actor that serves therefore waits here, usually in
     * {@link Shutdown#await()}. Throwing means crashed: the stack trace goes to the error stream, the exit code is 1, and
     * a durable actor is started again as a new generation.
     *
     * @param context who the actor is, where it listens and when it has to stop; usable from all threads
     * @throws Exception for whatever the actor cannot recover from
     */
    void start(ActorContext context) throws Exception;
}
