package rivet.controlplane.idempotency;

import java.time.Duration;
import java.util.Optional;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The rows of keys. */
@Component
final class IdempotencyRepository {

    private final JdbcClient jdbc;

    IdempotencyRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Entry(String fingerprint, String outcome) {}

    /** Waits for another transaction that is about the same key. @return what an earlier one left; empty: it is ours */
    Optional<Entry> claim(IdempotencyKey key) {
        var claimed = jdbc.sql("""
                insert into idempotency_key (environment_id, key, fingerprint) values (:environment, :key, :fingerprint)
                on conflict do nothing
                """)
                .param("environment", key.environment())
                .param("key", key.value())
                .param("fingerprint", key.fingerprint())
                .update();
        return claimed == 1 ? Optional.empty() : Optional.of(find(key));
    }

    private Entry find(IdempotencyKey key) {
        return jdbc.sql(
                        "select fingerprint, outcome from idempotency_key where environment_id = :environment and key = :key")
                .param("environment", key.environment())
                .param("key", key.value())
                .query((row, _) -> new Entry(row.getString("fingerprint"), row.getString("outcome")))
                .optional()
                .orElseThrow(() -> new PessimisticLockingFailureException("the key was pruned just now"));
    }

    void settle(IdempotencyKey key, String outcome) {
        jdbc.sql("update idempotency_key set outcome = :outcome where environment_id = :environment and key = :key")
                .param("environment", key.environment())
                .param("key", key.value())
                .param("outcome", outcome)
                .update();
    }

    int prune(Duration retention, int limit) {
        return jdbc.sql("""
                delete from idempotency_key where (environment_id, key) in (
                    select environment_id, key from idempotency_key
                    where created_at < clock_timestamp() - make_interval(secs => :age)
                    order by created_at limit :limit)
                """)
                .param("age", retention.toSeconds())
                .param("limit", limit)
                .update();
    }
}
