package rivet.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ShutdownTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // such a clock may overflow
    private final Shutdown shutdown = new Shutdown(Duration.ofSeconds(5), now::get);
    private final List<String> heard = new ArrayList<>();

    @Test
    void the_grace_period_begins_with_the_request() {
        now.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(shutdown.left()).isEqualTo(Duration.ofSeconds(5));

        shutdown.request();
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        shutdown.request();

        assertThat(shutdown.left()).isEqualTo(Duration.ofSeconds(3));
        now.addAndGet(Duration.ofSeconds(9).toNanos());
        assertThat(shutdown.left()).isZero();
    }

    @Test
    void callbacks_run_once_in_order_and_one_that_throws_stops_no_other() {
        shutdown.onShutdown(() -> heard.add("first"));
        shutdown.onShutdown(() -> {
            throw new IllegalStateException("this one is meant to be in the log");
        });
        shutdown.onShutdown(() -> heard.add("last " + shutdown.requested()));

        shutdown.request();
        shutdown.request();

        assertThat(heard).containsExactly("first", "last true");
    }

    @Test
    void who_comes_late_is_told_at_once() {
        shutdown.request();

        shutdown.onShutdown(() -> heard.add("late"));

        assertThat(heard).containsExactly("late");
    }

    @Test
    void waiting_ends_with_the_request() throws InterruptedException {
        assertThat(shutdown.await(Duration.ZERO)).isFalse();
        assertThat(shutdown.requested()).isFalse();

        shutdown.request();

        shutdown.await();
        assertThat(shutdown.await(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        assertThat(shutdown.requested()).isTrue();
    }
}
