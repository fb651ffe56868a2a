package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartsTest {

    private static final long COUNTED = Starts.COUNTED.toNanos();

    private final Starts starts = new Starts(2);
    private final Turns first = new Turns();
    private final Turns second = new Turns();
    private final Turns third = new Turns();
    private final Turns fourth = new Turns();

    @Test
    void so_many_begin_and_the_others_in_the_order_in_which_they_asked() {
        assertThat(starts.begin(first, 0)).isZero();
        assertThat(starts.begin(second, 0)).isZero();
        assertThat(starts.begin(third, 0)).isPositive();
        assertThat(starts.begin(fourth, 0)).isPositive();
        int seen = third.changes();

        starts.end(first);

        assertThat(third.changes()).isGreaterThan(seen);
        assertThat(starts.begin(fourth, 1)).isPositive();
        assertThat(starts.begin(third, 1)).isZero();
        assertThat(starts.begin(third, 1)).isZero();
        assertThat(starts.begin(fourth, 1)).isPositive();
    }

    @Test
    void who_takes_long_lets_the_next_begin() {
        starts.begin(first, 0);
        starts.begin(second, 100);

        assertThat(starts.begin(third, 100)).isEqualTo(COUNTED - 100);
        assertThat(starts.begin(third, COUNTED)).isZero();
        assertThat(starts.begin(fourth, COUNTED)).isEqualTo(100);
    }

    @Test
    void who_does_not_start_after_all_is_not_waited_for() {
        starts.begin(first, 0);
        starts.begin(second, 0);
        starts.begin(third, 0);
        starts.begin(fourth, 0);

        starts.end(third);
        starts.end(first);

        assertThat(starts.begin(fourth, 1)).isZero();
    }
}
