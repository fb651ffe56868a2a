package rivet.controlplane.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.controlplane.PostgresTest;
import rivet.controlplane.SimulatedAgent;
import rivet.controlplane.TestControlPlane;
import rivet.controlplane.TestDatabase;
import rivet.controlplane.agent.LeaseWatch.Held;

/** Who gives an agent up, when several replicas have seen the same silence. */
@PostgresTest
class LostAgentRepositoryTest {

    private static final int REPLICAS = 8;
    private static final Duration AFTER = Duration.ofSeconds(14);

    private final TestDatabase database;
    private final LostAgentRepository repository;
    private TestControlPlane controlPlane;
    private SimulatedAgent agent;
    private Held seen;

    LostAgentRepositoryTest(TestDatabase database) {
        this.database = database;
        this.repository = new LostAgentRepository(database.jdbc());
    }

    @BeforeEach
    void fallSilent() {
        controlPlane = TestControlPlane.start(database, Map.of());
        agent = controlPlane.agent("race", 1000, 1024);
        database.jdbc()
                .sql("update agent set lease_at = clock_timestamp() - interval '1 minute' where id = :id")
                .param("id", agent.id.value())
                .update();
        seen = repository.leases().stream()
                .filter(lease -> lease.agent().equals(agent.id))
                .findFirst()
                .orElseThrow();
    }

    @AfterEach
    void close() {
        controlPlane.close();
    }

    @Test
    void of_many_replicas_that_saw_the_same_silence_one_succeeds() throws Exception {
        var together = new CyclicBarrier(REPLICAS);
        Callable<Boolean> replica = () -> {
            together.await();
            return repository.lose(seen, AFTER, 1);
        };
        try (var threads = Executors.newFixedThreadPool(REPLICAS)) {
            var won = threads
                    .invokeAll(Stream.generate(() -> replica).limit(REPLICAS).toList())
                    .stream()
                    .filter(Future::resultNow)
                    .count();

            assertThat(won).isEqualTo(1);
        }
        assertThat(epoch()).isEqualTo(seen.epoch() + 1);
    }

    @Test
    void an_agent_that_was_heard_of_since_is_not_lost() {
        database.jdbc()
                .sql("update agent set lease_seq = lease_seq + 1 where id = :id")
                .param("id", agent.id.value())
                .update();

        assertThat(repository.lose(seen, AFTER, 1)).isFalse();
        assertThat(epoch()).isEqualTo(seen.epoch());
    }

    @Test
    void an_agent_that_joined_again_is_not_lost() {
        database.jdbc()
                .sql("update agent set epoch = epoch + 1 where id = :id")
                .param("id", agent.id.value())
                .update();

        assertThat(repository.lose(seen, AFTER, 1)).isFalse();
        assertThat(epoch()).isEqualTo(seen.epoch() + 1);
    }

    @Test
    void a_lease_that_the_database_calls_young_is_not_lost() {
        assertThat(repository.lose(seen, Duration.ofMinutes(2), 1)).isFalse();
    }

    @Test
    void a_lease_of_a_clock_that_has_gone_back_is_as_old_as_the_replica_has_seen_it() {
        database.jdbc()
                .sql("update agent set lease_at = clock_timestamp() + interval '1 hour' where id = :id")
                .param("id", agent.id.value())
                .update();

        assertThat(repository.leases())
                .filteredOn(lease -> lease.agent().equals(agent.id))
                .singleElement()
                .satisfies(lease -> assertThat(lease.age()).isGreaterThan(AFTER));
        assertThat(repository.lose(seen, AFTER, 0)).isTrue();
    }

    private long epoch() {
        return database.jdbc()
                .sql("select epoch from agent where id = :id")
                .param("id", agent.id.value())
                .query(Long.class)
                .single();
    }

    @Test
    void who_holds_a_list_is_given_up_only_by_those_in_it() {
        database.jdbc()
                .sql("update agent set replica_list = 5 where id = :id")
                .param("id", agent.id.value())
                .update();

        assertThat(repository.lose(seen, AFTER, 6)).isFalse();
        assertThat(repository.lose(seen, AFTER, 5)).isTrue();
    }
}
