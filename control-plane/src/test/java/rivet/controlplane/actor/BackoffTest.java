package rivet.controlplane.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    private static final Backoff BACKOFF =
            new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(5), Duration.ofMinutes(10));

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 2000", "3, 4000", "4, 8000", "9, 256000", "10, 300000", "1000, 300000", "2147483647, 300000"
    })
    void each_rest_is_twice_as_long_up_to_the_longest(int crashes, long ms) {
        assertThat(BACKOFF.delay(crashes, 0.5)).isEqualTo(Duration.ofMillis(ms));
    }

    @Test
    void chance_moves_a_rest_by_a_fifth_at_most() {
        assertThat(BACKOFF.delay(2, 0)).isEqualTo(Duration.ofMillis(1600));
        assertThat(BACKOFF.delay(2, 1)).isEqualTo(Duration.ofMillis(2400));
    }

    @Test
    void a_base_beyond_the_longest_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(Duration.ofMinutes(6), Duration.ofMinutes(5), Duration.ZERO))
                .withMessageContaining("expected: 0 < base <= max");
    }
}
