package rivet.controlplane.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrakeTest {

    private final Brake brake = new Brake(Duration.ofSeconds(60));

    @ParameterizedTest
    @CsvSource({
        "1, 1, false",
        "2, 1, false",
        "2, 2, true",
        "3, 1, false",
        "3, 2, false",
        "3, 3, true",
        "4, 3, true",
        "10, 3, false",
        "10, 4, true",
        "100, 30, false",
        "100, 31, true",
        "0, 0, false"
    })
    void what_is_a_mass_failure(int total, int silent, boolean mass) {
        assertThat(brake.allowed(total, silent, 0, 0)).isEqualTo(mass ? 0 : Integer.MAX_VALUE);
        assertThat(brake.engaged()).isEqualTo(mass);
    }

    @Test
    void it_holds_for_a_bounded_time_and_then_lets_a_tenth_go_each_minute() {
        assertThat(brake.allowed(40, 20, 0, at(0))).isZero();
        assertThat(brake.allowed(40, 20, 0, at(59))).isZero();
        assertThat(brake.allowed(40, 20, 0, at(60))).isEqualTo(4);
        assertThat(brake.allowed(36, 16, 3, at(61))).isZero();
        assertThat(brake.allowed(5, 5, 0, at(62))).isEqualTo(1);
    }

    @Test
    void who_comes_back_releases_it() {
        brake.allowed(10, 10, 0, at(0));
        assertThat(brake.allowed(10, 1, 0, at(30))).isEqualTo(Integer.MAX_VALUE);

        assertThat(brake.allowed(10, 10, 0, at(61))).isZero();
    }

    private static long at(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
