package rivet.devserver.linearizability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The search of Wing and Gong with the memory of Lowe: what was done already and what the store holds then is looked at once.
 * Calls and answers are a linked list in the order of time. What is called before the first answer that is left may come next;
 * it is taken out of the list, and put back where no way led on.
 */
final class Search {

    enum Result {
        LINEARIZABLE,
        BROKEN,
        UNDECIDED
    }

    private static final int END = -1;

    private final List<Operation> operations;
    private final int most;

    /** Of events: the call of operation i is event i + 1, its answer event n + i + 1, and 0 is before all. */
    private final int[] next;

    private final int[] previous;
    private int answersLeft;

    private final BitSet done = new BitSet();
    private final Set<State> seen = new HashSet<>();
    private final Deque<Step> steps = new ArrayDeque<>();
    private Map<String, Long> store = Map.of();

    private record State(BitSet done, Map<String, Long> store) {}

    /** @param before what the store held */
    private record Step(int operation, Map<String, Long> before) {}

    private record Event(long nanos, int number) {}

    Search(List<Operation> operations, int most) {
        this.operations = operations;
        this.most = most;
        this.next = new int[2 * operations.size() + 1];
        this.previous = new int[next.length];
        link();
    }

    private void link() {
        var events = new ArrayList<Event>();
        for (int i = 0; i < operations.size(); i++) {
            var operation = operations.get(i);
            events.add(new Event(operation.invokedNanos(), i + 1));
            if (operation.answer().isPresent()) {
                events.add(new Event(operation.returnedNanos(), operations.size() + i + 1));
                answersLeft++;
            }
        }
        // A call at the very time of an answer overlaps it: that allows more, and clocks are no finer.
        events.sort(Comparator.comparingLong(Event::nanos).thenComparingInt(Event::number));
        int last = 0;
        for (var event : events) {
            next[last] = event.number();
            previous[event.number()] = last;
            last = event.number();
        }
        next[last] = END;
    }

    Result run() {
        int event = next[0];
        while (answersLeft > 0) {
            if (seen.size() > most) {
                return Result.UNDECIDED;
            }
            if (event <= operations.size()) {
                event = take(event - 1) ? next[0] : next[event];
            } else if (steps.isEmpty()) {
                return Result.BROKEN;
            } else {
                event = next[putBack()];
            }
        }
        return Result.LINEARIZABLE;
    }

    /** Whether it may be what was done next, and leads where the search has not been. */
    private boolean take(int operation) {
        var asked = operations.get(operation);
        var outcome = asked.command().on(store);
        boolean fits = asked.answer().isEmpty() || asked.answer().get().equals(outcome.answer());
        if (!fits) {
            return false;
        }
        var after = (BitSet) done.clone();
        after.set(operation);
        if (!seen.add(new State(after, outcome.store()))) {
            return false;
        }
        steps.push(new Step(operation, store));
        store = outcome.store();
        done.set(operation);
        unlink(operation + 1);
        if (asked.answer().isPresent()) {
            unlink(operations.size() + operation + 1);
            answersLeft--;
        }
        return true;
    }

    /** @return the event of its call */
    private int putBack() {
        var step = steps.pop();
        int operation = step.operation();
        store = step.before();
        done.clear(operation);
        if (operations.get(operation).answer().isPresent()) {
            relink(operations.size() + operation + 1);
            answersLeft++;
        }
        relink(operation + 1);
        return operation + 1;
    }

    private void unlink(int event) {
        next[previous[event]] = next[event];
        if (next[event] != END) {
            previous[next[event]] = previous[event];
        }
    }

    private void relink(int event) {
        next[previous[event]] = event;
        if (next[event] != END) {
            previous[next[event]] = event;
        }
    }
}
