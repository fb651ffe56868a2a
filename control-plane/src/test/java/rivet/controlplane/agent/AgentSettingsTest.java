package rivet.controlplane.agent;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSettingsTest {

    @Test
    void the_defaults_and_the_short_times_for_chaos_are_safe() {
        assertThatCode(() -> settings(8000, 500, 3000, 14_000)).doesNotThrowAnyException();
        assertThatCode(() -> settings(2000, 200, 800, 3500)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {8000, 11_500, 11_597})
    void times_that_would_let_two_copies_run_are_refused(int replaceAfter) {
        assertThatThrownBy(() -> settings(8000, 500, 3000, replaceAfter))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rivet.agents.replace-after");
    }

    private static AgentSettings settings(int fence, int freeze, int stall, int replaceAfter) {
        return new AgentSettings(
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofMillis(fence),
                Duration.ofMillis(freeze),
                Duration.ofMillis(stall),
                Duration.ofMillis(replaceAfter),
                Duration.ofMillis(replaceAfter),
                Duration.ofMinutes(10),
                Duration.ofMillis(500),
                Duration.ofSeconds(60));
    }
}
