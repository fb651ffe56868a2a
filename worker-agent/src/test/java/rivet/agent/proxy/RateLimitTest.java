package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import rivet.protocol.PortLimits;

class RateLimitTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final RateLimit tenPerSecond = new RateLimit(new PortLimits.Rate(10, 1_000));
    private long now = Long.MAX_VALUE - SECOND; // the clock may turn over

    private int allowed(String who, int asked) {
        int allowed = 0;
        for (int i = 0; i < asked; i++) {
            allowed += tenPerSecond.ask(who, now) == 0 ? 1 : 0;
        }
        return allowed;
    }

    @Test
    void as_many_as_there_are_in_its_time_may_come_at_once() {
        assertThat(allowed("ann", 50)).isEqualTo(10);
    }

    @Test
    void and_then_as_many_as_time_gives() {
        allowed("ann", 50);

        now += 3 * SECOND / 10;

        assertThat(allowed("ann", 50)).isEqualTo(3);
    }

    @Test
    void what_is_not_used_is_not_saved_up() {
        allowed("ann", 1);

        now += 100 * SECOND;

        assertThat(allowed("ann", 50)).isEqualTo(10);
    }

    @Test
    void one_does_not_pay_for_another() {
        allowed("ann", 50);

        assertThat(allowed("bob", 50)).isEqualTo(10);
    }

    @Test
    void whoever_is_refused_hears_how_long() {
        allowed("ann", 10);

        assertThat(tenPerSecond.ask("ann", now)).isEqualTo(SECOND / 10);
        now += SECOND / 10;
        assertThat(tenPerSecond.ask("ann", now)).isZero();
    }

    @Test
    void those_who_are_too_many_to_be_remembered_share_what_one_has() {
        for (int i = 0; i < 100_000; i++) {
            tenPerSecond.ask("early " + i, now);
        }

        assertThat(allowed("late", 6) + allowed("later", 6)).isEqualTo(10);

        now += SECOND;
        assertThat(allowed("late", 6) + allowed("later", 6)).isEqualTo(12);
    }
}
