package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.Heartbeat.Answer.Grant;

/** What one kind of work does to the database harms no other, and a database that is not fit for ours is said to be. */
@PostgresTest
class BulkheadTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int CALLERS = 8;
    private static final int HEARTBEATS = 20;

    private final TestDatabase database;

    BulkheadTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void heartbeats_are_granted_while_callers_have_all_other_connections() throws Exception {
        var few = Map.<String, Object>of("rivet.database.pool-size", 2, "rivet.database.acquire-timeout", "500ms");
        try (var controlPlane = TestControlPlane.start(database, few);
                var callers = Executors.newVirtualThreadPerTaskExecutor();
                var holder = DriverManager.getConnection(database.url(), database.user(), database.password())) {
            var agent = controlPlane.agent("crowded", 1000, 1024);
            holder.setAutoCommit(false);
            holder.createStatement().execute("lock table actor in access exclusive mode");
            var calling = new AtomicBoolean(true);
            var statuses = new CopyOnWriteArrayList<Integer>();
            for (int i = 0; i < CALLERS; i++) {
                callers.execute(() -> {
                    while (calling.get()) {
                        statuses.add(controlPlane.api().get("/actors").status());
                    }
                });
            }
            await().atMost(SOON).until(() -> statuses.contains(503));

            for (int i = 0; i < HEARTBEATS; i++) {
                assertThat(agent.ask(new Heartbeat(agent.id, 1, i)))
                        .hasValueSatisfying(answer -> assertThat(answer).isInstanceOf(Grant.class));
            }

            calling.set(false);
            holder.rollback();
            assertThat(statuses).containsOnly(503);
        }
    }

    @Test
    void a_database_that_takes_no_writes_is_away_for_those_who_write_and_there_for_those_who_read() {
        try (var controlPlane = TestControlPlane.start(database, Map.of())) {
            var api = controlPlane.api();
            api.build("read.tar", "{\"name\": \"read\"}");
            var actor = api.actor("{\"tags\": {}, \"build_tags\": {\"name\": \"read\"}}");
            try {
                readOnly("on");

                await().atMost(SOON)
                        .until(() -> api.post("/actors", "{\"tags\": {}, \"build_tags\": {\"name\": \"read\"}}")
                                        .status()
                                == 503);
                var answer = api.post("/actors", "{\"tags\": {}, \"build_tags\": {\"name\": \"read\"}}");
                assertThat(answer.code()).isEqualTo("DATABASE_UNAVAILABLE");
                assertThat(answer.raw().headers().firstValue("retry-after")).isPresent();
                assertThat(api.get("/actors/" + actor).status()).isEqualTo(200);
            } finally {
                readOnly("off");
            }
            await().atMost(SOON)
                    .until(() -> api.post("/actors", "{\"tags\": {}, \"build_tags\": {\"name\": \"read\"}}")
                                    .status()
                            == 200);
        }
    }

    /** For all sessions that begin from now on, and those that there are end. */
    private void readOnly(String onOrOff) {
        var jdbc = database.jdbc();
        var name = jdbc.sql("select current_database()").query(String.class).single();
        // In one round trip, which is one session: it may be read only itself.
        jdbc.sql("set transaction_read_only = off; alter database %s set default_transaction_read_only = %s"
                        .formatted(name, onOrOff))
                .update();
        jdbc.sql("""
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name like 'rivet-control-plane/%'
                """).query(Boolean.class).list();
    }

    @Test
    void a_database_that_may_lose_what_was_acknowledged_is_refused() {
        assumeThat(database.jdbc().sql("show fsync").query(String.class).single())
                .isEqualTo("off");

        assertThatThrownBy(() -> TestControlPlane.start(database, Map.of("rivet.database.test", false))
                        .close())
                .rootCause()
                .hasMessageContaining("fsync = off")
                .hasMessageContaining("rivet.database.test");
    }
}
