package rivet.controlplane.alarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.kv.AlarmSchedule;

class CalendarTest {

    private static final Instant NOON = Instant.parse("2026-03-28T12:00:00Z");
    private static final AlarmSchedule MINUTELY = new AlarmSchedule.Every(60_000);

    @Test
    void one_that_fires_once_has_no_next_time() {
        var once = new AlarmSchedule.Once(NOON.toEpochMilli());

        assertThat(Calendar.first(once, NOON.plusSeconds(5))).contains(NOON);
        assertThat(Calendar.next(once, NOON, NOON.plusSeconds(5))).isEmpty();
        assertThat(Calendar.missed(once, NOON, NOON.plusSeconds(5))).isZero();
    }

    @Test
    void periods_are_counted_from_the_first_time_however_late_one_is_handled() {
        assertThat(Calendar.first(MINUTELY, NOON)).contains(NOON.plusSeconds(60));
        assertThat(Calendar.next(MINUTELY, NOON, NOON.plusMillis(3))).contains(NOON.plusSeconds(60));
        assertThat(Calendar.next(MINUTELY, NOON, NOON.plusSeconds(200))).contains(NOON.plusSeconds(240));
        assertThat(Calendar.next(MINUTELY, NOON, NOON.plusSeconds(240))).contains(NOON.plusSeconds(300));
        assertThat(Calendar.missed(MINUTELY, NOON, NOON.plusSeconds(200))).isEqualTo(3);
    }

    @Test
    void clock_that_went_back_neither_repeats_a_time_nor_skips_one() {
        assertThat(Calendar.next(MINUTELY, NOON, NOON.minusSeconds(500))).contains(NOON.plusSeconds(60));
        assertThat(Calendar.missed(MINUTELY, NOON, NOON.minusSeconds(500))).isZero();
        assertThat(Calendar.next(cron("0 * * * *", "UTC"), NOON, NOON.minusSeconds(500)))
                .contains(NOON.plusSeconds(3600));
    }

    @ParameterizedTest
    @CsvSource({
        "*/5 * * * *,     UTC,           2026-03-28T12:05:00Z",
        "10 * * * * *,    UTC,           2026-03-28T12:00:10Z",
        "@daily,          UTC,           2026-03-29T00:00:00Z",
        "0 9 * * MON-FRI, Europe/Berlin, 2026-03-30T07:00:00Z",
        "0 14 * * *,      Europe/Berlin, 2026-03-28T13:00:00Z",
    })
    void calendars_are_read_as_of_a_crontab_or_with_seconds(String expression, String zone, Instant next) {
        assertThat(Calendar.first(cron(expression, zone), NOON)).contains(next);
    }

    /** That night the clocks of Berlin go from 2 to 3. */
    @Test
    void time_that_a_night_does_not_have_is_left_out() {
        var nightly = cron("30 2 * * *", "Europe/Berlin");

        assertThat(Calendar.first(nightly, NOON.minusSeconds(86_400))).contains(Instant.parse("2026-03-28T01:30:00Z"));
        assertThat(Calendar.first(nightly, NOON)).contains(Instant.parse("2026-03-30T00:30:00Z"));
    }

    @Test
    void missed_times_of_a_calendar_are_counted_up_to_a_bound() {
        var eachSecond = cron("* * * * * *", "UTC");

        assertThat(Calendar.missed(eachSecond, NOON, NOON.plusMillis(7_500))).isEqualTo(7);
        assertThat(Calendar.missed(eachSecond, NOON, NOON.plusSeconds(1_000_000)))
                .isEqualTo(Calendar.MOST_MISSED);
        assertThat(Calendar.next(eachSecond, NOON, NOON.plusMillis(7_500))).contains(NOON.plusSeconds(8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "* * *", "61 * * * *", "* * * * * * *", "0 0 0 1 1 ? 2030", "\0 * * * *"})
    void what_is_no_expression_is_told(String expression) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calendar.first(cron(expression, "UTC"), NOON))
                .withMessageStartingWith("cron: ");
    }

    @Test
    void what_is_no_zone_is_told() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calendar.first(cron("0 * * * *", "Mars/Olympus"), NOON))
                .withMessageStartingWith("time zone: 'Mars/Olympus'");
    }

    @Test
    void day_that_never_comes_has_no_time() {
        assertThat(Calendar.first(cron("0 0 30 2 *", "UTC"), NOON)).isEmpty();
    }

    private static AlarmSchedule cron(String expression, String zone) {
        return new AlarmSchedule.Cron(expression, zone);
    }
}
