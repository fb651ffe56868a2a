package rivet.agent.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The clock begins close to its overflow, where only differences are right. */
class LeaseTest {

    /** No constant to the compiler, which would refuse sums that overflow. */
    private static final long START = Long.valueOf(Long.MAX_VALUE - 5);

    private final AtomicLong clock = new AtomicLong(START);
    private final Lease lease = new Lease(clock::get);

    @Test
    void without_a_grant_nothing_is_served_or_started() {
        assertThat(lease.mayServe()).isFalse();
        assertThat(lease.mayStart(1)).isFalse();
        assertThat(lease.deadlineNanos() - clock.get()).isNotPositive();
    }

    @Test
    void a_grant_serves_once_its_set_is_carried_out_and_until_its_end() {
        lease.granted(1, START + 10);
        assertThat(lease.mayStart(1)).isTrue();
        assertThat(lease.mayServe()).isFalse();

        lease.reconciled(1);
        assertThat(lease.mayServe()).isTrue();
        clock.set(START + 9);
        assertThat(lease.mayServe()).isTrue();
        clock.set(START + 10);
        assertThat(lease.mayServe()).isFalse();
        assertThat(lease.mayStart(1)).isFalse();
    }

    @Test
    void grants_extend_and_never_shorten() {
        serving(1, 10);

        lease.granted(1, START + 20);
        lease.granted(1, START + 15);

        assertThat(lease.deadlineNanos()).isEqualTo(START + 20);
    }

    @Test
    void the_earlier_term_runs_out_while_a_new_epoch_is_not_carried_out() {
        serving(1, 10);

        lease.granted(2, START + 30);
        clock.set(START + 9);
        assertThat(lease.mayServe()).isTrue();
        clock.set(START + 10);
        assertThat(lease.mayServe()).isFalse();

        lease.reconciled(2);
        assertThat(lease.mayServe()).isTrue();
    }

    @Test
    void a_promise_carries_on_what_has_not_ended() {
        serving(1, 10);
        clock.set(START + 9);

        lease.promised(START + 17);
        clock.set(START + 16);
        assertThat(lease.mayServe()).isTrue();
        lease.promised(START + 12);
        assertThat(lease.deadlineNanos()).isEqualTo(START + 17);

        clock.set(START + 17);
        assertThat(lease.mayServe()).isFalse();
    }

    @Test
    void a_promise_brings_back_nothing_that_has_ended() {
        serving(1, 10);
        clock.set(START + 10);

        lease.promised(START + 30);
        assertThat(lease.mayServe()).isFalse();

        lease.granted(1, START + 20);
        assertThat(lease.mayServe()).isTrue();
    }

    @Test
    void without_a_grant_or_after_a_fence_a_promise_is_worth_nothing() {
        lease.promised(START + 30);
        assertThat(lease.mayServe()).isFalse();

        serving(1, 10);
        lease.fenced(1);
        lease.promised(START + 30);

        assertThat(lease.mayServe()).isFalse();
    }

    @Test
    void a_set_of_an_epoch_that_passed_lets_nothing_be_served() {
        lease.granted(2, START + 30);

        lease.reconciled(1);

        assertThat(lease.mayServe()).isFalse();
        assertThat(lease.mayStart(1)).isFalse();
    }

    @Test
    void fenced_ends_at_once_and_no_late_grant_brings_it_back() {
        serving(2, 10);

        lease.fenced(2);
        assertThat(lease.mayServe()).isFalse();

        lease.granted(3, START + 20);
        lease.granted(2, START + 40);
        assertThat(lease.mayServe()).isFalse();
        lease.reconciled(3);
        assertThat(lease.deadlineNanos()).isEqualTo(START + 20);
    }

    @Test
    void fenced_of_an_earlier_epoch_changes_nothing() {
        serving(2, 10);

        lease.fenced(1);

        assertThat(lease.mayServe()).isTrue();
    }

    @Test
    void listeners_hear_each_new_deadline() {
        var heard = new ArrayList<Long>();
        lease.onDeadline(heard::add);

        lease.granted(1, START + 10);
        lease.reconciled(1);
        lease.granted(1, START + 10);
        lease.granted(1, START + 12);
        lease.fenced(1);

        assertThat(heard).isEqualTo(List.of(START + 10, START + 12, START));
    }

    private void serving(long epoch, long until) {
        lease.granted(epoch, START + until);
        lease.reconciled(epoch);
    }
}
