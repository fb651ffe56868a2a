package rivet.controlplane.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import rivet.controlplane.agent.LeaseWatch.Held;
import rivet.protocol.AgentId;

class LeaseWatchTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final AgentId agent = AgentId.random();
    private final LeaseWatch watch = new LeaseWatch();

    @Test
    void what_the_database_calls_old_counts_from_when_it_was_first_seen_here() {
        assertThat(silence(1, 7, LONG, 100)).isZero();
        assertThat(silence(1, 7, LONG, 101)).isEqualTo(Duration.ofSeconds(1));
        assertThat(silence(1, 7, LONG, 103)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void what_the_database_calls_young_is_young() {
        silence(1, 7, LONG, 100);
        silence(1, 7, LONG, 102);

        assertThat(silence(1, 7, Duration.ofSeconds(1), 104)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_renewal_begins_anew_whatever_the_clock_says() {
        silence(1, 7, LONG, 100);

        assertThat(silence(1, 8, LONG, 102)).isZero();
        assertThat(silence(2, 8, LONG, 103)).isZero();
    }

    @Test
    void who_looked_away_begins_anew() {
        silence(1, 7, LONG, 100);

        assertThat(silence(1, 7, LONG, 103)).isZero();
    }

    private Duration silence(long epoch, long seq, Duration age, long seconds) {
        long now = Duration.ofSeconds(seconds).toNanos();
        return watch.look(List.of(new Held(agent, epoch, seq, age)), now, now)
                .getFirst()
                .lasts();
    }
}
