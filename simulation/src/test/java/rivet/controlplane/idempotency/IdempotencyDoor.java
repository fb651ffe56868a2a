package rivet.controlplane.idempotency;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import rivet.controlplane.database.Transactions;

/** What the simulation builds of this room. */
public final class IdempotencyDoor {

    private IdempotencyDoor() {}

    public static Idempotency idempotency(JdbcClient jdbc, Transactions transactions) {
        return new Idempotency(
                new IdempotencyRepository(jdbc), transactions, new IdempotencySettings(Duration.ofHours(24)));
    }
}
