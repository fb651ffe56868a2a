package rivet.agent.warden;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTest {

    /** Or the agent, which counts it, too, could not tell why it was killed. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 999_999, 1_000_000, 20_999_999})
    void nothing_is_killed_before_its_grace_is_over(long graceNanos) {
        var stop = Message.Stop.after("a", Duration.ofNanos(graceNanos));

        long sinceItWasHeard = TimeUnit.MILLISECONDS.toNanos(stop.graceMs() - 1);
        assertThat(sinceItWasHeard).isGreaterThanOrEqualTo(graceNanos);
    }
}
