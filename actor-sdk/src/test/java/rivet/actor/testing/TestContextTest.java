package rivet.actor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import rivet.actor.Actor;
import rivet.actor.Alarm;

class TestContextTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static final Actor LISTENS = context -> {
        try (var _ = new ServerSocket(context.port("http"), 1, InetAddress.getLoopbackAddress())) {
            context.shutdown().await();
        }
    };

    @Test
    void an_actor_listens_on_its_port_until_its_test_is_over() {
        var context = TestContext.builder().port("http").build();

        try (var running = context.start(LISTENS)) {
            running.awaitListening("http", LONG);
        }

        assertThat(context.shutdown().requested()).isTrue();
    }

    @Test
    void alarms_fire_when_the_test_says_so_until_they_are_handled() throws Exception {
        var context = TestContext.builder().build();
        var heard = new ArrayList<String>();
        context.alarms().set(Alarm.at(Instant.EPOCH).named("once").with(new byte[] {7}));
        context.alarms().set(Alarm.every(Duration.ofHours(1)));
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> context.fire("once"))
                .withMessageContaining("no handler");
        try (var _ = context.alarms().on(alarm -> {
            heard.add(alarm.name() + Arrays.toString(alarm.payload()));
            if (heard.size() == 1) {
                throw new IOException("not now");
            }
        })) {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> context.fire("once"));
            context.fire("once");
            context.fire("default");
        }

        assertThat(heard).containsExactly("once[7]", "once[7]", "default[]");
        assertThat(context.alarms().list())
                .extracting(next -> next.alarm().name())
                .containsExactly("default");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> context.fire("once"))
                .withMessageContaining("not set");
    }

    @Test
    void a_context_is_what_the_test_says() {
        var context = TestContext.builder()
                .id("a")
                .key("k")
                .generation(2)
                .region("fra")
                .tag("room", "7")
                .variable("GREETING", "hello")
                .variable("PORT_HTTP", "overwritten")
                .port("http")
                .build();

        assertThat(context.metadata().actor().id()).isEqualTo("a");
        assertThat(context.metadata().actor().key()).contains("k");
        assertThat(context.metadata().actor().tags()).containsEntry("room", "7");
        assertThat(context.metadata().region().id()).isEqualTo("fra");
        assertThat(context.environment())
                .containsEntry("GREETING", "hello")
                .containsEntry("PORT_HTTP", Integer.toString(context.port("http")))
                .containsEntry("RIVET_ACTOR_GENERATION", "2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.port("ws"))
                .withMessageContaining("[http]");
    }

    @Test
    void an_actor_that_completes_is_waited_for() {
        var context = TestContext.builder().build();

        try (var running = context.start(_ -> {})) {
            running.awaitCompleted(LONG);
        }
    }

    @Test
    void a_crash_fails_the_test_with_its_cause() {
        var crash = new IllegalStateException("out of luck");
        var context = TestContext.builder().port("http").build();
        Actor crashes = _ -> {
            throw crash;
        };

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> context.start(crashes).awaitListening("http", LONG))
                .withCause(crash);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> context.start(crashes).close())
                .withCause(crash);
    }

    @Test
    void an_actor_that_never_listens_fails_the_test() {
        var context = TestContext.builder().port("http").build();

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> context.start(_ -> {}).awaitListening("http", LONG))
                .withMessageContaining("never listened");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() ->
                        context.start(running -> running.shutdown().await()).awaitListening("http", Duration.ZERO))
                .withMessageContaining("nothing listens");
    }

    @Test
    void an_actor_that_does_not_stop_in_time_fails_the_test() {
        var context = TestContext.builder().grace(Duration.ZERO).build();
        var running = context.start(_ -> new CountDownLatch(1).await());

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(running::close)
                .withMessageContaining("grace period");
    }
}
