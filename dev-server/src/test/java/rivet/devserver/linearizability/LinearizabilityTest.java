package rivet.devserver.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import rivet.devserver.linearizability.Command.Add;
import rivet.devserver.linearizability.Command.CompareAndSet;
import rivet.devserver.linearizability.Command.Get;
import rivet.devserver.linearizability.Command.Put;
import rivet.devserver.linearizability.Command.Transfer;
import rivet.devserver.linearizability.Linearizability.Verdict;

/** Whether the checker of histories finds what is wrong, and nothing else. */
class LinearizabilityTest {

    private static final Put ONE = new Put("a", 1);
    private static final Get GET = new Get("a");

    private final Linearizability checker = new Linearizability(100_000);

    @Test
    void write_that_was_answered_is_read() {
        assertThat(check(told(ONE, "ok", 0, 1), told(GET, "1", 2, 3))).isEqualTo(new Verdict.Holds());
    }

    @Test
    void stale_read_and_what_came_before_it_is_told_and_nothing_else() {
        var written = told(ONE, "ok", 0, 1);
        var read = told(GET, "1", 2, 3);
        var stale = told(GET, "null", 4, 5);
        var later = told(new Put("a", 2), "ok", 6, 7);
        var elsewhere = told(new Put("b", 2), "ok", 0, 1);

        assertThat(check(written, elsewhere, read, stale, later))
                .isEqualTo(new Verdict.Broken(List.of(written, stale)));
    }

    @Test
    void read_beside_a_write_finds_either_but_not_the_old_after_the_new() {
        var write = told(ONE, "ok", 0, 10);

        assertThat(check(write, told(GET, "null", 1, 2), told(GET, "1", 3, 4))).isEqualTo(new Verdict.Holds());
        assertThat(check(write, told(GET, "1", 1, 2), told(GET, "null", 3, 4))).isInstanceOf(Verdict.Broken.class);
    }

    @Test
    void write_that_nobody_confirmed_may_be_done_late_or_never_and_is_not_undone() {
        var unknown = unknown(ONE, 0);

        assertThat(check(unknown, told(GET, "null", 5, 6))).isEqualTo(new Verdict.Holds());
        assertThat(check(unknown, told(GET, "null", 5, 6), told(GET, "1", 7, 8)))
                .isEqualTo(new Verdict.Holds());
        assertThat(check(unknown, told(GET, "1", 5, 6), told(GET, "null", 7, 8)))
                .isInstanceOf(Verdict.Broken.class);
    }

    @Test
    void addition_that_was_lost_or_done_twice_is_found() {
        var first = told(new Add("a", 1), "1", 0, 1);

        assertThat(check(first, told(new Add("a", 1), "1", 2, 3))).isInstanceOf(Verdict.Broken.class);
        assertThat(check(first, told(new Add("a", 1), "3", 2, 3))).isInstanceOf(Verdict.Broken.class);
        assertThat(check(first, unknown(new Add("a", 1), 0), told(new Add("a", 1), "3", 2, 3)))
                .isEqualTo(new Verdict.Holds());
    }

    @Test
    void of_two_that_compare_and_set_the_same_one_succeeds() {
        var one = told(new CompareAndSet("a", 0, 1), "true", 0, 9);

        assertThat(check(one, told(new CompareAndSet("a", 0, 2), "false", 0, 9)))
                .isEqualTo(new Verdict.Holds());
        assertThat(check(one, told(new CompareAndSet("a", 0, 2), "true", 0, 9))).isInstanceOf(Verdict.Broken.class);
    }

    @Test
    void half_of_a_transaction_is_seen_by_nobody() {
        var moved = told(new Transfer("a", "b", 5), "-5,5", 0, 9);

        assertThat(check(moved, told(new Command.List(Set.of("a", "b")), "{a=-5, b=5}", 1, 2)))
                .isEqualTo(new Verdict.Holds());
        assertThat(check(moved, told(new Command.List(Set.of("a", "b")), "{a=-5}", 1, 2)))
                .isInstanceOf(Verdict.Broken.class);
        assertThat(check(moved, told(new Get("a"), "-5", 1, 2), told(new Get("b"), "null", 3, 4)))
                .isInstanceOf(Verdict.Broken.class);
    }

    @Test
    void keys_that_share_no_operation_are_no_harder_than_one() {
        var operations = IntStream.range(0, 2_000)
                .mapToObj(i -> told(
                        new Add("key " + i % 100, 1),
                        Integer.toString(i / 100 + 1),
                        10L * (i / 100),
                        10L * (i / 100) + 5))
                .toList();

        assertThat(new Linearizability(50).check(operations)).isEqualTo(new Verdict.Holds());
    }

    @Test
    void what_is_too_hard_is_said_to_be_so() {
        var operations = new ArrayList<>(LongStream.range(0, 30)
                .mapToObj(i -> unknown(new Put("a", i), 0))
                .toList());
        operations.add(told(GET, "1000", 1, 2));

        assertThat(checker.check(operations)).isEqualTo(new Verdict.Undecided(31));
    }

    /** Histories of a store that is right or not, against a search of all orders that has no cleverness. */
    @Test
    void agrees_with_a_search_of_all_orders() {
        var random = new Random(1);
        int broken = 0;
        for (int i = 0; i < 3_000; i++) {
            var history = random(random);
            boolean explained = isExplained(history, Map.of());
            assertThat(checker.check(history))
                    .as(history.toString())
                    .isInstanceOf(explained ? Verdict.Holds.class : Verdict.Broken.class);
            broken += explained ? 0 : 1;
        }
        assertThat(broken).isBetween(500, 2_500);
    }

    private static List<Operation> random(Random random) {
        var commands = List.of(
                GET,
                new Get("b"),
                ONE,
                new Put("b", 2),
                new Add("a", 1),
                new CompareAndSet("a", 1, 2),
                new Transfer("a", "b", 1));
        var history = new ArrayList<Operation>();
        Map<String, Long> store = Map.of();
        for (int i = 0; i < 6; i++) {
            var command = commands.get(random.nextInt(commands.size()));
            long invoked = 10L * i - random.nextInt(25);
            var outcome = command.on(random.nextInt(8) == 0 ? Map.of() : store);
            store = random.nextInt(8) == 0 ? store : outcome.store();
            history.add(
                    random.nextInt(5) == 0
                            ? unknown(command, invoked)
                            : told(command, outcome.answer(), invoked, 10L * i + random.nextInt(25)));
        }
        return history;
    }

    private static boolean isExplained(List<Operation> left, Map<String, Long> store) {
        if (left.stream().allMatch(operation -> operation.answer().isEmpty())) {
            return true;
        }
        long firstAnswer = left.stream()
                .filter(operation -> operation.answer().isPresent())
                .mapToLong(Operation::returnedNanos)
                .min()
                .orElseThrow();
        for (var operation : left) {
            var outcome = operation.command().on(store);
            boolean mayBeNext = operation.invokedNanos() <= firstAnswer
                    && operation.answer().map(outcome.answer()::equals).orElse(true);
            if (mayBeNext && isExplained(without(left, operation), outcome.store())) {
                return true;
            }
        }
        return false;
    }

    private static List<Operation> without(List<Operation> operations, Operation one) {
        var rest = new ArrayList<>(operations);
        rest.remove(one);
        return rest;
    }

    private Verdict check(Operation... history) {
        return checker.check(List.of(history));
    }

    private static Operation told(Command command, String answer, long invoked, long returned) {
        return new Operation("client", command, Optional.of(answer), invoked, returned);
    }

    private static Operation unknown(Command command, long invoked) {
        return new Operation("client", command, Optional.empty(), invoked, Long.MAX_VALUE);
    }
}
