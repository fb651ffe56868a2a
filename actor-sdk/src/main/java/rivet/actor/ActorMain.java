package rivet.actor;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The main class of an actor's process. An agent starts it with this jar and the author's build on the class path and the
 * variables of {@link ActorEnvironment} set; it takes no arguments.
 *
 * <p>Exit codes: 0 when {@link Actor#start} returned; 1 when it threw, or when there was nothing to start, with the cause on
 * the error stream; 143 after the termination signal, when {@code start} has returned or the grace period is over.
 */
public final class ActorMain {

    private static final int COMPLETED = 0;
    private static final int CRASHED = 1;

    private final Actor actor;
    private final ActorContext context;
    private final Thread startThread = Thread.currentThread();
    private final CountDownLatch returned = new CountDownLatch(1);

    private ActorMain(Actor actor, ActorContext context) {
        this.actor = actor;
        this.context = context;
    }

    /**
     * Runs the actor that the class path and the environment name, and ends the process.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        System.exit(run());
    }

    private static int run() {
        try {
            var actor = ActorClass.create(ClassLoader.getSystemClassLoader());
            return new ActorMain(actor, ProcessContext.read(System.getenv(), actor.getClass())).live();
        } catch (ActorClass.Unusable | IllegalArgumentException e) {
            System.err.println("rivet: " + e.getMessage());
        } catch (InvocationTargetException e) {
            System.err.println("rivet: the actor's constructor failed");
            (e.getCause() == null ? e : e.getCause()).printStackTrace();
        } catch (ExceptionInInitializerError e) {
            System.err.println("rivet: the actor's class could not be initialised");
            e.printStackTrace();
        }
        return CRASHED;
    }

    /** Whatever the author's code throws is a crash, errors too: half an actor serves nobody. */
    private int live() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "rivet-shutdown"));
        try {
            actor.start(context);
            return COMPLETED;
        } catch (Throwable e) {
            e.printStackTrace();
            return CRASHED;
        } finally {
            returned.countDown();
        }
    }

    /** Runs when the process ends: because of a signal, because start returned, or because the author called exit. */
    private void stop() {
        if (returned.getCount() == 0 || startCalledExit()) {
            return;
        }
        context.shutdown().request();
        try {
            if (!returned.await(context.shutdown().left().toNanos(), TimeUnit.NANOSECONDS)) {
                System.err.println("rivet: start() had not returned when the grace period was over");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A thread in exit never comes back, so start would be waited for in vain. */
    private boolean startCalledExit() {
        return Arrays.stream(startThread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Runtime")
                        && frame.getMethodName().equals("exit"));
    }
}
