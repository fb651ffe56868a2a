package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a token there is nothing to be had and nothing to be changed. */
@ControlPlaneTest({"rivet.auth.access=private", "rivet.auth.bootstrap-token=" + PrivateAccessTest.TOKEN})
class PrivateAccessTest {

    static final String TOKEN = "rvt_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
    private static final String OURS = "?project=default&environment=default";

    private final Api api;
    private final TestControlPlane controlPlane;
    private final TestDatabase database;

    PrivateAccessTest(Api api, TestControlPlane controlPlane, TestDatabase database) {
        this.api = api;
        this.controlPlane = controlPlane;
        this.database = database;
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /actors",
        "POST, /actors",
        "GET, /actors/00000000-0000-4000-8000-000000000000",
        "DELETE, /actors/00000000-0000-4000-8000-000000000000",
        "POST, /actors/00000000-0000-4000-8000-000000000000/upgrade",
        "POST, /actors/upgrade",
        "GET, /actors/logs",
        "GET, /builds",
        "GET, /builds/00000000-0000-4000-8000-000000000000",
        "POST, /builds/prepare",
        "POST, /builds/00000000-0000-4000-8000-000000000000/complete",
        "PATCH, /builds/00000000-0000-4000-8000-000000000000/tags",
        "GET, /regions",
        "GET, /regions/recommend",
        "POST, /link/heartbeat",
        "GET, /link/actors/00000000-0000-4000-8000-000000000000",
        "GET, /link/builds/00000000-0000-4000-8000-000000000000/content"
    })
    void without_a_token_everything_is_refused(String method, String path) {
        var before = database.contents();

        var answer = api.send(api.json(path + OURS).method(method, BodyPublishers.ofString("{not json")));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("API_UNAUTHORIZED");
        assertThat(answer.text("/message")).isEqualTo("a valid token is needed (Authorization: Bearer ...)");
        assertThat(database.contents()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer " + TOKEN + "x",
                "Bearer rvt_0123-the-same-beginning-but-another-rest-of-it",
                "Bearer ",
                "Bearer short",
                "Basic " + TOKEN,
                TOKEN,
                "Bearer " + SimulatedAgent.TOKEN
            })
    void another_token_is_as_good_as_none(String authorization) {
        var answer = api.send(api.request("/actors" + OURS).header("authorization", authorization));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("API_UNAUTHORIZED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER   "})
    void the_right_token_is_let_in(String scheme) {
        var answer = api.send(api.request("/actors" + OURS).header("authorization", scheme + TOKEN));

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void whose_things_are_meant_must_be_said() {
        var answer = api.send(withToken("/actors"));
        var half = api.send(withToken("/actors?project=default"));

        assertThat(answer.code()).isEqualTo("API_BAD_QUERY_PARAMETER");
        assertThat(answer.field()).isEqualTo("project");
        assertThat(half.code()).isEqualTo("API_BAD_QUERY_PARAMETER");
        assertThat(half.field()).isEqualTo("environment");
    }

    @Test
    void a_token_is_kept_as_its_hash_only() {
        var rows = database.jdbc()
                .sql("select t::text from api_token t")
                .query((row, _) -> row.getString(1))
                .list();

        assertThat(rows).singleElement().asString().contains("bootstrap").doesNotContain(TOKEN.substring(8));
    }

    @Test
    void the_token_of_people_does_not_make_an_agent() {
        assertThat(api.send(withToken("/link/actors/00000000-0000-4000-8000-000000000000"))
                        .code())
                .isEqualTo("API_UNAUTHORIZED");
    }

    @Test
    void health_needs_no_token() {
        Api.require(api.get("/health"));
    }

    /** A browser's page has no token, so where it comes from does not matter here. */
    @Test
    void a_public_name_is_welcome() throws Exception {
        var answer = RawHttp.send(
                controlPlane.uri(),
                "GET /actors" + OURS + " HTTP/1.1",
                "Host: rivet.example",
                "Authorization: Bearer " + TOKEN);

        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void development_access_is_not_given_to_the_world() {
        assertThatThrownBy(() -> TestControlPlane.start(database, Map.of("rivet.api.host", "0.0.0.0")))
                .rootCause()
                .hasMessageContaining("development with rivet.api.host '0.0.0.0'")
                .hasMessageContaining("expected: a loopback address, or private access");
    }

    @ParameterizedTest
    @CsvSource({"rivet.auth.access, public", "rivet.auth.bootstrap-token, too-short"})
    void settings_that_make_no_sense_are_told_at_the_start(String setting, String value) {
        assertThatThrownBy(() -> TestControlPlane.start(database, Map.of(setting, value)))
                .rootCause()
                .hasMessageContaining(setting)
                .hasMessageContaining("expected");
    }

    private HttpRequest.Builder withToken(String path) {
        return api.request(path).header("authorization", "Bearer " + TOKEN);
    }
}
