package rivet.controlplane.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void a_minutes_worth_goes_through_at_once_and_the_next_is_told_how_long_to_wait() {
        var bucket = new RateLimit.Bucket(60, 0);

        for (var i = 0; i < 60; i++) {
            assertThat(bucket.take(0)).isZero();
        }

        assertThat(bucket.take(0)).isEqualTo(Duration.ofSeconds(1));
        assertThat(bucket.take(SECOND / 2)).isEqualTo(Duration.ofMillis(500));
        assertThat(bucket.take(SECOND)).isZero();
        assertThat(bucket.take(SECOND)).isPositive();
    }

    @Test
    void rest_fills_it_to_a_minutes_worth_and_no_further() {
        var bucket = new RateLimit.Bucket(2, 0);

        assertThat(bucket.take(3600 * SECOND)).isZero();
        assertThat(bucket.take(3600 * SECOND)).isZero();
        assertThat(bucket.take(3600 * SECOND)).isEqualTo(Duration.ofSeconds(30));
    }
}
