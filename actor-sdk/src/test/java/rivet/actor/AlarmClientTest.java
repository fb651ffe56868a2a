package rivet.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import rivet.actor.KvCodec.Out;

/** The agent is played. */
class AlarmClientTest {

    private static final int SET = 32;
    private static final int NEXT = 37;

    /** The write may be done later than the agent waits for it. */
    @Test
    void alarm_whose_setting_nobody_confirmed_is_handled_all_the_same() throws Exception {
        var asked = new AtomicInteger();
        var rested = new CompletableFuture<Void>();
        var alarms = new AlarmClient(
                request -> {
                    if (request[0] != NEXT) {
                        return request[0] == SET ? unavailable() : written();
                    }
                    rested.complete(null);
                    return asked.incrementAndGet() < 4 ? none() : fired();
                },
                System.getLogger("test"));
        var handled = new CompletableFuture<String>();
        try (var _ = alarms.on(alarm -> handled.complete(alarm.name()))) {
            rested.get(20, TimeUnit.SECONDS);

            assertThatThrownBy(
                            () -> alarms.set(Alarm.every(Duration.ofSeconds(2)).named("late")))
                    .isInstanceOf(KvException.class);

            assertThat(handled.get(20, TimeUnit.SECONDS)).isEqualTo("late");
        }
    }

    private static byte[] unavailable() {
        return new Out()
                .tag(5)
                .text("the control plane did not confirm it in time")
                .done();
    }

    private static byte[] written() {
        return new Out().tag(0).number(1).count(1).number(1).done();
    }

    private static byte[] none() {
        return new Out().tag(0).tag(0).number(-1).done();
    }

    private static byte[] fired() {
        return new Out()
                .tag(0)
                .tag(1)
                .text("late")
                .number(1)
                .number(2)
                .number(1_000)
                .number(0)
                .number(0)
                .number(0)
                .bytes(KvCodec.raw(new byte[0]).array())
                .done();
    }
}
