package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer.Written;
import rivet.protocol.kv.KvRequest;

/** What a Postgres that was promoted may not know of. */
@PostgresTest
class KvFailoverTest {

    private static final KvRequest PUT =
            new KvRequest.Write(List.of(), List.of(new KvRequest.Mutation.Put(bytes("k"), bytes("v"))));

    private final TestDatabase database;

    KvFailoverTest(TestDatabase database) {
        this.database = database;
    }

    @Test
    void version_that_may_have_been_given_in_a_past_that_is_lost_is_not_given_again() {
        ActorId actor;
        try (var controlPlane = TestControlPlane.start(database, Map.of())) {
            controlPlane.api().build("kv.tar", "{\"name\": \"kv\"}");
            var agent = controlPlane.agent("here", 1000, 1024);
            actor = controlPlane.api().actor("""
                    {"tags": {}, "build_tags": {"name": "kv"}, "region": "here", "lifecycle": {"durable": true}}""");
            agent.up(agent.awaitRun(actor, 1));
            assertThat(new StoreCalls(controlPlane.uri()).write(actor, 1, 1, 0, PUT))
                    .isEqualTo(new Written(1, List.of()));
        }
        database.jdbc()
                .sql("update database_lineage set incarnation = 'the one before'")
                .update();

        try (var controlPlane = TestControlPlane.start(database, Map.of())) {
            var stores = new StoreCalls(controlPlane.uri());

            long given = database.jdbc()
                            .sql("select era from database_lineage")
                            .query(Long.class)
                            .single()
                    << 20;
            assertThat(given).isPositive();
            assertThat(stores.write(actor, 1, 2, 1, PUT)).isEqualTo(new Written(given + 1, List.of()));
            assertThat(stores.write(actor, 1, 3, 2, PUT)).isEqualTo(new Written(given + 2, List.of()));
        }
    }

    private static Bytes bytes(String text) {
        return new Bytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
