package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rivet.controlplane.replica.Replicas;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.Heartbeat.Answer.Grant;
import rivet.protocol.link.ReplicaList;
import rivet.protocol.link.ReplicaList.Replica;

/** Which control planes there are, as they and agents see it. */
@PostgresTest
class ReplicasTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final TestDatabase database;

    ReplicasTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void who_comes_and_who_goes_is_in_the_list_and_each_change_has_a_revision() {
        try (var one = start()) {
            var alone = awaitUrls(one, one.uri().toString());
            try (var other = start()) {
                var both = awaitUrls(one, one.uri().toString(), other.uri().toString());
                assertThat(both.revision()).isGreaterThan(alone.revision());
                assertThat(awaitUrls(other, one.uri().toString(), other.uri().toString()))
                        .isEqualTo(both);
            }
            assertThat(awaitUrls(one, one.uri().toString()).replicas()).isEqualTo(alone.replicas());
        }
    }

    @Test
    void a_heartbeat_is_told_a_newer_list_and_acknowledges_the_one_it_holds() {
        try (var controlPlane = start()) {
            var list = awaitUrls(controlPlane, controlPlane.uri().toString());
            var agent = controlPlane.agent("listed", 1000, 1024);

            assertThat(agent.heartbeat(new Heartbeat(agent.id, 1, 1))).isEqualTo(new Grant(1, 1, list));
            assertThat(acknowledged(agent)).isZero();
            assertThat(agent.heartbeat(new Heartbeat(agent.id, 1, 2, null, list.revision())))
                    .isEqualTo(new Grant(2, 1));
            assertThat(acknowledged(agent)).isEqualTo(list.revision());

            // One that was sent earlier and comes late.
            agent.heartbeat(new Heartbeat(agent.id, 1, 1));
            assertThat(acknowledged(agent)).isEqualTo(list.revision());
        }
    }

    @Test
    void who_was_taken_off_the_list_comes_back_as_another() {
        try (var controlPlane = start()) {
            var list = awaitUrls(controlPlane, controlPlane.uri().toString());

            database.jdbc().sql("delete from replica").update();

            await().atMost(SOON)
                    .until(() -> list(controlPlane).replicas().stream()
                            .anyMatch(replica -> !list.replicas().contains(replica)));
            assertThat(awaitUrls(controlPlane, controlPlane.uri().toString()).revision())
                    .isGreaterThan(list.revision());
        }
    }

    @Test
    void who_says_nothing_any_more_is_taken_off() {
        try (var controlPlane = start()) {
            awaitUrls(controlPlane, controlPlane.uri().toString());
            database.jdbc().sql("""
                    insert into replica (id, url, since, seen_at)
                    values (gen_random_uuid(), 'http://gone', 0, clock_timestamp() - interval '1 minute')
                    """).update();

            await().atMost(SOON).until(() -> database.count("replica") == 1);

            awaitUrls(controlPlane, controlPlane.uri().toString());
        }
    }

    private TestControlPlane start() {
        return TestControlPlane.start(database, Map.of());
    }

    private static ReplicaList list(TestControlPlane controlPlane) {
        return controlPlane.bean(Replicas.class).list();
    }

    private static ReplicaList awaitUrls(TestControlPlane controlPlane, String... urls) {
        await().atMost(SOON)
                .until(() -> list(controlPlane).replicas().stream()
                        .map(Replica::url)
                        .sorted()
                        .toList()
                        .equals(List.of(urls).stream().sorted().toList()));
        return list(controlPlane);
    }

    private long acknowledged(SimulatedAgent agent) {
        return database.jdbc()
                .sql("select replica_list from agent where id = :id")
                .param("id", agent.id.value())
                .query(Long.class)
                .single();
    }
}
