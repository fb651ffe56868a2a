package rivet.controlplane.actor;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import rivet.controlplane.placement.Verdict;
import rivet.controlplane.placement.Verdict.Obstacle;

/** What speaks against the agents of a region, counted, in a sentence for people. */
final class Shortfall {

    private Shortfall() {}

    /** @param verdicts on the agents of the actor's region; several things may speak against one */
    static String of(List<Verdict> verdicts) {
        var counts = new EnumMap<Obstacle, Integer>(Obstacle.class);
        verdicts.stream()
                .flatMap(verdict -> verdict.obstacles().stream())
                .forEach(obstacle -> counts.merge(obstacle, 1, Integer::sum));
        return "Its region has %d %s%s."
                .formatted(
                        verdicts.size(),
                        verdicts.size() == 1 ? "agent" : "agents",
                        counts.isEmpty() ? "" : ": " + listed(counts));
    }

    private static String listed(Map<Obstacle, Integer> counts) {
        return counts.entrySet().stream()
                .map(entry -> "%d %s".formatted(entry.getValue(), words(entry.getKey())))
                .collect(Collectors.joining(", "));
    }

    private static String words(Obstacle obstacle) {
        return switch (obstacle) {
            case OTHER_REGION -> "elsewhere";
            case AGENT_SILENT -> "silent";
            case CORDONED -> "cordoned";
            case NO_CPU -> "without enough CPU";
            case NO_MEMORY -> "without enough memory";
        };
    }
}
