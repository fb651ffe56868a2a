package rivet.devserver.stories;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Kills processes of actors, at moments that nobody chose, while clients go on: each time another step further, so that each
 * time it is seen that the actor is back. {@code -Drivet.seed=N} repeats what was printed.
 */
final class Killings {

    /** Crashes are what this is about; waiting for the next start after a dozen of them is not. */
    static final Map<String, String> SETTINGS =
            Map.of("RIVET_ACTORS_BACKOFFBASE", "10ms", "RIVET_ACTORS_BACKOFFMAX", "200ms");

    private static final int TIMES = 20;
    private static final int MOST_STEPS_BETWEEN = 6;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final AgentProcesses processes;
    private final long seed = Long.getLong("rivet.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** @param data of a dev server whose only actors with ports may be killed */
    Killings(Path data) throws IOException {
        System.out.println("killings: seed " + seed);
        this.processes = new AgentProcesses(data);
    }

    /** For other chances of the same story. */
    long seed() {
        return seed;
    }

    /** @param steps that were done so far, whoever did them */
    void go(LongSupplier steps) throws IOException {
        for (int time = 1; time <= TIMES; time++) {
            long next = steps.getAsLong() + 1 + random.nextInt(MOST_STEPS_BETWEEN);
            await("step after %d killings".formatted(time - 1))
                    .atMost(LONG)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> steps.getAsLong() >= next);
            var running = new ArrayList<>(processes.listening());
            if (!running.isEmpty()) {
                ProcessHandle.of(running.get(random.nextInt(running.size()))).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }
}
