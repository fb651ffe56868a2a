package rivet.controlplane.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import rivet.controlplane.PostgresTest;
import rivet.controlplane.TestDatabase;

/** Who takes over from a Postgres, and how soon after the last time. */
@PostgresTest
class FailoversTest {

    private final TestDatabase database;

    FailoversTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void standbys_that_are_promoted_within_a_second_give_no_number_twice() throws SQLException {
        var failovers = new Failovers();
        long given = 0;
        for (int i = 0; i < 10; i++) {
            database.jdbc()
                    .sql("update database_lineage set incarnation = 'the one before', era = 0")
                    .update();
            try (var connection = DriverManager.getConnection(database.url(), database.user(), database.password())) {
                failovers.greet(connection);
            }
            assertThat(failovers.given()).isGreaterThan(given);
            given = failovers.given();
        }
    }
}
