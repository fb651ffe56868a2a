package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What was acknowledged must not be lost with a crash of Postgres. */
@PostgresTest
class DurabilityTest {

    private final TestDatabase database;

    DurabilityTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void postgres_that_acknowledges_what_it_has_not_written_is_refused() {
        var name = database.url().replaceAll(".*/([^/?]+).*", "$1");
        database.jdbc()
                .sql("alter database %s set synchronous_commit to off".formatted(name))
                .update();

        assertThatThrownBy(() -> TestControlPlane.start(database, Map.of("rivet.database.test", false))
                        .close())
                .rootCause()
                .hasMessageContaining("synchronous_commit = off")
                .hasMessageContaining("rivet.database.test=true");
    }
}
