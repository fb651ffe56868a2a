package rivet.simulation;

import java.util.ArrayList;
import java.util.List;

/** What a number of worlds came to. */
final class Tally {

    private final List<String> failures = new ArrayList<>();
    private int worlds;
    private int deeds;
    private long reads;
    private long known;
    private long writes;
    private long alarms;
    private double seconds;

    void add(long seed, Run.Outcome outcome) {
        worlds++;
        deeds += outcome.deeds();
        reads += outcome.calls().reads();
        known += outcome.calls().known();
        writes += outcome.calls().writes();
        alarms += outcome.alarms();
        seconds += outcome.seconds();
        if (!outcome.holds()) {
            failures.add(told(seed, outcome));
            System.out.println(failures.getLast());
        }
    }

    List<String> failures() {
        return failures;
    }

    private static String told(long seed, Run.Outcome outcome) {
        return """
                seed %d: %s
                %s
                again: mvn -pl simulation -am verify -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsim.seed=%1$d
                """.formatted(seed, outcome.wrong(), String.join("\n", outcome.story()));
    }

    @Override
    public String toString() {
        return ("simulation: %d worlds, %d failures, %d deeds of the nemesis, %d writes of stores and %d reads, %d of them from"
                        + " memory, %d alarms handled, %.1f simulated hours")
                .formatted(worlds, failures.size(), deeds, writes, reads, known, alarms, seconds / 3600);
    }
}
