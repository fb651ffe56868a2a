package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import rivet.agent.supervise.Launcher.Ended;
import rivet.agent.supervise.Verdict.Cause;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.DownReason;

class VerdictTest {

    private static final Ended CODE_0 = new Ended(0, null);
    private static final Ended KILLED = new Ended(null, 9);
    private static final StopOrder WANTED = new StopOrder(StopOrder.Why.WANTED, 0, 0, null);

    @Test
    void exit_by_itself_is_told_with_its_code() {
        assertThat(Verdict.of(CODE_0, new Cause.Itself(false)))
                .isEqualTo(new Down(0, null, DownReason.EXITED, "exit code 0"));
        assertThat(Verdict.of(new Ended(null, 11), new Cause.Itself(false)))
                .isEqualTo(new Down(null, 11, DownReason.EXITED, "signal 11 ended it"));
    }

    @Test
    void want_of_memory_is_the_reason_only_if_the_actor_failed_of_it() {
        assertThat(Verdict.of(KILLED, new Cause.Itself(true)).reason()).isEqualTo(DownReason.OUT_OF_MEMORY);
        assertThat(Verdict.of(new Ended(1, null), new Cause.Itself(true)).reason())
                .isEqualTo(DownReason.OUT_OF_MEMORY);
        assertThat(Verdict.of(CODE_0, new Cause.Itself(true)).reason()).isEqualTo(DownReason.EXITED);
    }

    @Test
    void stop_tells_whether_the_grace_was_enough() {
        assertThat(Verdict.of(CODE_0, new Cause.Stop(WANTED, false)).reason()).isEqualTo(DownReason.STOPPED);
        assertThat(Verdict.of(KILLED, new Cause.Stop(WANTED, true)).reason()).isEqualTo(DownReason.KILLED);
    }

    @Test
    void stop_by_the_agents_own_end_is_told_as_that() {
        var order = new StopOrder(StopOrder.Why.AGENT_STOPS, 0, 0, null);

        assertThat(Verdict.of(KILLED, new Cause.Stop(order, true)).reason()).isEqualTo(DownReason.AGENT_STOPPED);
    }

    @Test
    void grace_gets_shorter_but_never_longer_and_the_first_reason_stays() {
        var order = new StopOrder(StopOrder.Why.WANTED, 0, 500, null);

        assertThat(order.and(new StopOrder(StopOrder.Why.AGENT_STOPS, 0, 900, null)))
                .isEqualTo(order);
        assertThat(order.and(new StopOrder(StopOrder.Why.AGENT_STOPS, 0, 100, null)))
                .isEqualTo(new StopOrder(StopOrder.Why.WANTED, 0, 100, null));
    }

    @Test
    void what_has_nothing_left_before_its_time_has_its_grace_at_once() {
        var order = new StopOrder(StopOrder.Why.WANTED, 1_000, 1_500, null);

        assertThat(order.drained(400)).isEqualTo(new StopOrder(StopOrder.Why.WANTED, 400, 900, null));
        assertThat(order.drained(1_200)).isEqualTo(order);
    }
}
