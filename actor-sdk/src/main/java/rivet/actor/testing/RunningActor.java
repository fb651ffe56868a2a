package rivet.actor.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import rivet.actor.Actor;
import rivet.actor.Shutdown;

/**
 * An actor that a test has started with {@link TestContext#start}. Closing it is its stop. Thread-safe.
 *
 * <p>All failures are {@link AssertionError}s, so that every test library shows them as failures of the test; where the
 * actor crashed, what it threw is the cause.
 */
public final class RunningActor implements AutoCloseable {

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(10);
    private static final int CONNECT_TIMEOUT_MS = 1000;

    private final TestContext context;
    private final FutureTask<Void> life;

    private RunningActor(TestContext context, FutureTask<Void> life) {
        this.context = context;
        this.life = life;
    }

    static RunningActor start(Actor actor, TestContext context) {
        var life = new FutureTask<Void>(() -> {
            actor.start(context);
            return null;
        });
        Thread.ofPlatform().daemon().name("actor-under-test").start(life);
        return new RunningActor(context, life);
    }

    /**
     * Waits until the actor accepts TCP connections at one of its ports.
     *
     * @param port the port's name
     * @param timeout how long at most
     * @throws AssertionError if the time runs out, or the actor returns or throws before it listens
     * @throws IllegalArgumentException if the actor has no such port
     */
    public void awaitListening(String port, Duration timeout) {
        int number = context.port(port);
        long end = System.nanoTime() + timeout.toNanos();
        while (!listens(number)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(
                        "port '%s': nothing listens on 127.0.0.1:%d after %s".formatted(port, number, timeout));
            }
            if (ended(BETWEEN_ATTEMPTS)) {
                throw new AssertionError("port '%s': the actor returned and never listened on it".formatted(port));
            }
        }
    }

    /**
     * Waits for {@code start} to return by itself: for actors that complete.
     *
     * @param timeout how long at most
     * @throws AssertionError if the time runs out or the actor crashed
     */
    public void awaitCompleted(Duration timeout) {
        if (!ended(timeout)) {
            throw new AssertionError("the actor has not completed after " + timeout);
        }
    }

    /**
     * Asks for the stop and waits until {@code start} has returned, as long as the context's grace period. Does nothing if
     * it has returned already.
     *
     * @throws AssertionError if the actor crashed, or has not returned when the grace period is over
     */
    @Override
    public void close() {
        Shutdown shutdown = context.shutdown();
        shutdown.request();
        if (!ended(shutdown.left())) {
            life.cancel(true);
            throw new AssertionError("start() had not returned when the grace period was over");
        }
    }

    private boolean ended(Duration atMost) {
        try {
            life.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new AssertionError("the actor crashed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the actor", e);
        }
    }

    private static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
