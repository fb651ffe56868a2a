package rivet.devserver.linearizability;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Looks for an order of a history in which each operation happened at once, at some time between its call and its answer, and
 * was answered as it was. Parts of the history that share no keys are looked at one by one: a history is linearizable if and
 * only if each of them is.
 */
public final class Linearizability {

    private final int most;

    /** @param most how many states of one part are looked at before the search is given up */
    public Linearizability(int most) {
        this.most = most;
    }

    /** What the search found. */
    public sealed interface Verdict {

        record Holds() implements Verdict {}

        /**
         * @param shortest no history that ends earlier is broken, and without any of its reads it is not; by time of call
         */
        record Broken(List<Operation> shortest) implements Verdict {

            @Override
            public String toString() {
                var lines = new StringBuilder("no order explains:");
                shortest.forEach(operation -> lines.append("\n  ").append(operation));
                return lines.toString();
            }
        }

        /** The bound was reached. @param operations of the part that is too hard */
        record Undecided(int operations) implements Verdict {}
    }

    public Verdict check(List<Operation> history) {
        for (var part : parts(history)) {
            switch (new Search(part, most).run()) {
                case LINEARIZABLE -> {}
                case BROKEN -> {
                    return new Verdict.Broken(shortest(part));
                }
                case UNDECIDED -> {
                    return new Verdict.Undecided(part.size());
                }
            }
        }
        return new Verdict.Holds();
    }

    /** What was seen up to some answer, and of that only the reads that matter: a history without one of them allows more. */
    private List<Operation> shortest(List<Operation> broken) {
        var ends = broken.stream()
                .filter(operation -> operation.answer().isPresent())
                .map(Operation::returnedNanos)
                .sorted()
                .toList();
        int low = 0; // what ends at this answer or later is broken
        for (int high = ends.size() - 1; low < high; ) {
            int middle = (low + high) / 2;
            if (isBroken(asOf(broken, ends.get(middle)))) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        var shortest = asOf(broken, ends.get(low));
        for (var read :
                shortest.stream().filter(each -> each.command().isRead()).toList()) {
            var without = shortest.stream().filter(each -> !each.equals(read)).toList();
            shortest = isBroken(without) ? without : shortest;
        }
        return shortest;
    }

    private boolean isBroken(List<Operation> history) {
        return new Search(history, most).run() == Search.Result.BROKEN;
    }

    private static List<Operation> asOf(List<Operation> history, long nanos) {
        return history.stream()
                .filter(operation -> operation.invokedNanos() <= nanos)
                .map(operation -> operation.asOf(nanos))
                .filter(operation -> !operation.saysNothing())
                .toList();
    }

    /** Each by time of call. */
    private static Collection<List<Operation>> parts(List<Operation> history) {
        var groups = new HashMap<String, Set<String>>(); // those with which a key shares operations
        for (var operation : history) {
            var joined = new HashSet<>(operation.command().keys());
            operation.command().keys().forEach(key -> joined.addAll(groups.getOrDefault(key, Set.of())));
            joined.forEach(key -> groups.put(key, joined));
        }
        Map<Set<String>, List<Operation>> parts = new HashMap<>();
        history.stream()
                .filter(operation -> !operation.saysNothing())
                .sorted(Comparator.comparingLong(Operation::invokedNanos))
                .forEach(operation -> parts.computeIfAbsent(groupOf(operation, groups), _ -> new ArrayList<>())
                        .add(operation));
        return parts.values();
    }

    private static Set<String> groupOf(Operation operation, Map<String, Set<String>> groups) {
        return Objects.requireNonNull(
                groups.get(operation.command().keys().iterator().next()));
    }
}
