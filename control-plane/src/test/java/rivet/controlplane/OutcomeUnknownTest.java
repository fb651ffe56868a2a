package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rivet.controlplane.Api.Answer;
import rivet.controlplane.CuttingProxy.Moment;

/** The connection to Postgres is lost at COMMIT: before Postgres did it, or after, with only the answer lost. */
@PostgresTest
class OutcomeUnknownTest {

    private static final String CREATE = "insert into actor (";

    private final TestDatabase database;
    private final CuttingProxy proxy;
    private final TestControlPlane controlPlane;
    private final Api api;
    private final String build;

    OutcomeUnknownTest(TestDatabase database) throws IOException {
        this.database = database;
        var postgres = URI.create(database.url().substring("jdbc:".length()));
        this.proxy = new CuttingProxy(postgres.getHost(), postgres.getPort());
        var url = database.url().replace(postgres.getAuthority(), "127.0.0.1:" + proxy.port());
        var parameters = (url.contains("?") ? "&" : "?") + "prepareThreshold=0&sslmode=disable";
        this.controlPlane = TestControlPlane.start(database, Map.of("rivet.database.url", url + parameters));
        this.api = controlPlane.api();
        this.build = api.build("counter.js", "{}");
        database.jdbc().sql("truncate actor, idempotency_key cascade").update();
    }

    @AfterEach
    void close() {
        controlPlane.close();
        proxy.close();
    }

    @Test
    void with_a_key_a_commit_whose_answer_was_lost_is_answered_with_what_it_did() {
        proxy.cut(Moment.AFTER_COMMIT, CREATE);

        var answer = createWithKey();

        assertThat(proxy.hasCut()).isTrue();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(database.count("actor")).isEqualTo(1);
        assertThat(createWithKey().text("/actor/id")).isEqualTo(answer.text("/actor/id"));
    }

    @Test
    void with_a_key_a_commit_that_never_was_is_done_again() {
        proxy.cut(Moment.BEFORE_COMMIT, CREATE);

        var answer = createWithKey();

        assertThat(proxy.hasCut()).isTrue();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(database.count("actor")).isEqualTo(1);
        assertThat(createWithKey().text("/actor/id")).isEqualTo(answer.text("/actor/id"));
    }

    @Test
    void without_a_key_the_caller_is_told_that_nobody_knows() {
        proxy.cut(Moment.AFTER_COMMIT, CREATE);

        var answer = api.post("/actors", body());

        assertThat(proxy.hasCut()).isTrue();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("OUTCOME_UNKNOWN");
        assertThat(answer.raw().headers().firstValue("retry-after")).isPresent();
        assertThat(database.count("actor")).isEqualTo(1);
    }

    private Answer createWithKey() {
        return api.send(api.json("/actors").header("Idempotency-Key", "lost").POST(BodyPublishers.ofString(body())));
    }

    private String body() {
        return "{\"tags\": {}, \"build\": \"%s\"}".formatted(build);
    }
}
