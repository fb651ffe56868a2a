package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import rivet.cli.actor.Startup;
import rivet.protocol.Wire;
import rivet.protocol.api.ActorView;
import rivet.protocol.api.UpgradePolicyView;

/** How long an actor is waited for: longer than it is allowed to take. */
final class StartupTest {

    private static final Duration MARGIN = Duration.ofMinutes(2);
    private static final Duration USUAL_START = Duration.ofSeconds(30);

    @Test
    void a_start_that_may_take_long_is_waited_for() {
        var actor = actor("\"kill_timeout\": 0, \"start_timeout\": 600000, \"placement_timeout\": 60000");

        assertThat(Startup.bound(actor, null, null)).isEqualTo(MARGIN.plusMinutes(11));
        assertThat(Startup.bound(actor, null, 5000L)).isEqualTo(MARGIN.plusSeconds(65));
    }

    @Test
    void a_stop_that_may_take_long_is_waited_for() {
        var actor = actor("\"kill_timeout\": 600000");

        assertThat(Startup.bound(actor, null, null))
                .isEqualTo(MARGIN.plus(USUAL_START).plusMinutes(10));
    }

    @Test
    void a_drain_is_waited_for_whoever_asked_for_it() {
        var drains = actor("\"kill_timeout\": 0, \"upgrade\": {\"policy\": \"drain\", \"deadline\": 3600000}");

        assertThat(Startup.bound(drains, null, null))
                .isEqualTo(MARGIN.plus(USUAL_START).plusHours(1));
        assertThat(Startup.bound(drains, new UpgradePolicyView("drain", null, null), null))
                .isEqualTo(MARGIN.plus(USUAL_START).plusSeconds(15));
        assertThat(Startup.bound(drains, new UpgradePolicyView("when_idle", 60_000L, "drain"), null))
                .as("the wait for idleness has an end of its own")
                .isEqualTo(MARGIN.plus(USUAL_START).plusSeconds(15));
        assertThat(Startup.bound(drains, new UpgradePolicyView("now", null, null), null))
                .isEqualTo(MARGIN.plus(USUAL_START));
    }

    private static ActorView actor(String lifecycle) {
        return Wire.JSON.readValue(
                StubControlPlane.actor("pending").replace("\"kill_timeout\": 5000", lifecycle), ActorView.class);
    }
}
