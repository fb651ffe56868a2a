package example.workflow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import rivet.actor.Kv;
import rivet.actor.KvKey;

/**
 * One run of a workflow. What a step came to is recorded before the next one begins, so the same code, run again from its first
 * line after a crash, finds what was done and goes on behind it. A step that was under way when the process ended is done
 * again: what it does elsewhere has to bear that, which a key that stays the same makes easy ({@link Services}).
 *
 * <p>Steps are told apart by their names, so names are not used twice in a run, and stay when the code changes.
 */
final class Run {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private static final String SUCCEEDED = "+";
    private static final String DECLINED = "-";

    private final Kv kv;
    private final String id;
    private final Deque<Undo> undo = new ArrayDeque<>();

    Run(Kv kv, String id) {
        this.kv = kv;
        this.id = id;
    }

    /** What a step does. An {@link IOException} is tried again, until it succeeds or is declined. */
    @FunctionalInterface
    interface Work {
        String run() throws IOException, InterruptedException, Declined;
    }

    private record Undo(String name, Work work) {}

    /** @return what it came to, now or in an earlier life of the process @throws Declined likewise */
    String step(String name, Work work) throws InterruptedException, Declined {
        var key = KvKey.of("run", id, name);
        var recorded = kv.get(key);
        if (recorded.isPresent()) {
            return outcome(new String(recorded.get().value(), StandardCharsets.UTF_8));
        }
        var outcome = tried(name, work);
        kv.put(key, outcome.getBytes(StandardCharsets.UTF_8));
        return outcome(outcome);
    }

    /** A step, and what takes it back if a later one is declined. */
    String step(String name, Work work, String undoing, Work undoes) throws InterruptedException, Declined {
        var result = step(name, work);
        undo.push(new Undo(undoing, undoes));
        return result;
    }

    /** Until a time that is fixed when it is first asked for: a crash neither begins it anew nor cuts it short. */
    void sleep(String name, Duration duration) throws InterruptedException, Declined {
        var until = Instant.parse(step(name, () -> Instant.now().plus(duration).toString()));
        Thread.sleep(Duration.between(Instant.now(), until));
    }

    /** Takes back what was done, the last first. */
    void compensate() throws InterruptedException {
        while (!undo.isEmpty()) {
            var last = undo.pop();
            try {
                step(last.name(), last.work());
            } catch (Declined e) {
                System.out.printf("%s: %s was declined, and needs a person: %s%n", id, last.name(), e.getMessage());
            }
        }
    }

    private String tried(String name, Work work) throws InterruptedException {
        for (var pause = FIRST_PAUSE; ; pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE)) {
            try {
                return SUCCEEDED + work.run();
            } catch (Declined e) {
                return DECLINED + e.getMessage();
            } catch (IOException e) {
                System.out.printf("%s: %s failed, again in %d ms: %s%n", id, name, pause.toMillis(), e);
                Thread.sleep(pause);
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static String outcome(String recorded) throws Declined {
        var said = recorded.substring(1);
        if (recorded.startsWith(DECLINED)) {
            throw new Declined(said);
        }
        return said;
    }
}
