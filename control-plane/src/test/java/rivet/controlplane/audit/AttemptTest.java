package rivet.controlplane.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class AttemptTest {

    private final Attempt attempt = new Attempt(
            new Change(new Change.Who(null, "development"), "POST /projects", "/projects", null, "127.0.0.1", "ray"));

    @Test
    void its_outcome_is_the_code_that_is_answered_whatever_was_thrown() {
        attempt.end(new IllegalStateException(new SQLException("invalid byte sequence", "22021")));

        assertThat(attempt.outcome()).isEqualTo("API_BAD_BODY");
    }

    @Test
    void its_target_can_be_stored_whatever_was_written() {
        attempt.target("/projects/\0" + "x".repeat(1_000));

        assertThat(attempt.target()).startsWith("/projects/?xxx").hasSize(512);
    }
}
