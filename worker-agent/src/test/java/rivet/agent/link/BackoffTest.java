package rivet.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    @Test
    void doubles_up_to_the_cap() {
        assertThat(backoff.delay(0, 1)).isEqualTo(Duration.ofMillis(50));
        assertThat(backoff.delay(1, 1)).isEqualTo(Duration.ofMillis(100));
        assertThat(backoff.delay(5, 1)).isEqualTo(Duration.ofMillis(1600));
        assertThat(backoff.delay(6, 1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(backoff.delay(Integer.MAX_VALUE, 1)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void lies_between_half_and_whole() {
        assertThat(backoff.delay(1, 0)).isEqualTo(Duration.ofMillis(50));
        assertThat(backoff.delay(1, 0.5)).isEqualTo(Duration.ofMillis(75));
    }

    @Test
    void cap_below_the_first_is_refused() {
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("expected: 0 < first <= cap");
    }
}
