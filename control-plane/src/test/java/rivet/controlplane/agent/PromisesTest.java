package rivet.controlplane.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import rivet.controlplane.agent.LeaseWatch.Held;
import rivet.protocol.AgentId;

/** Promises last 14 s here, and the replica has started at second 0. */
class PromisesTest {

    private final AgentId agent = AgentId.random();
    private final Promises promises = new Promises(Duration.ofSeconds(14), 0);

    @Test
    void whom_it_promised_it_does_not_replace_before_the_promise_is_over() {
        assertThat(promises.promise(agent, at(20))).isTrue();

        assertThat(promises.begin(lease(agent, 7), at(33))).isFalse();
        assertThat(promises.begin(lease(AgentId.random(), 7), at(33))).isTrue();
        assertThat(promises.begin(lease(agent, 7), at(34))).isTrue();
    }

    @Test
    void the_last_promise_counts_and_a_look_forgets_none_that_is_kept() {
        promises.promise(agent, at(20));
        promises.promise(agent, at(30));

        promises.saw(List.of(lease(agent, 7)), at(43));

        assertThat(promises.begin(lease(agent, 7), at(43))).isFalse();
    }

    @Test
    void who_started_just_now_neither_promises_nor_replaces() {
        assertThat(promises.promise(agent, at(13))).isFalse();
        assertThat(promises.begin(lease(agent, 7), at(13))).isFalse();
        assertThat(promises.promise(agent, at(14))).isTrue();
    }

    @Test
    void while_a_replacement_is_under_way_nothing_is_promised() {
        promises.begin(lease(agent, 7), at(20));

        assertThat(promises.promise(agent, at(20))).isFalse();
        promises.ended(agent);
        assertThat(promises.promise(agent, at(20))).isTrue();
    }

    @Test
    void a_replacement_of_unknown_outcome_is_in_doubt_until_the_lease_is_another_however_long_that_is() {
        promises.begin(lease(agent, 7), at(20));

        promises.saw(List.of(lease(agent, 7)), at(2000));
        assertThat(promises.promise(agent, at(2000))).isFalse();

        promises.saw(List.of(lease(agent, 8)), at(2001));
        assertThat(promises.promise(agent, at(2001))).isTrue();
    }

    private static Held lease(AgentId agent, long seq) {
        return new Held(agent, 1, seq, Duration.ofSeconds(60));
    }

    private static long at(long second) {
        return Duration.ofSeconds(second).toNanos();
    }
}
