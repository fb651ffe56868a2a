package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every answer has, and what development access lets in: this machine's programs, not its web pages. */
@ControlPlaneTest
class MannersTest {

    private final Api api;
    private final TestControlPlane controlPlane;

    MannersTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actors", "/builds", "/regions", "/health", "/nowhere", "/actors/x", "/actors/query"})
    void every_answer_has_a_ray_id_of_its_own(String path) {
        var first = api.get(path).raw().headers().allValues("rvt-ray-id");
        var second = api.get(path).raw().headers().allValues("rvt-ray-id");

        assertThat(first).singleElement().asString().matches("[0-9a-f-]{36}");
        assertThat(second).singleElement().isNotEqualTo(first.getFirst());
    }

    @Test
    void a_problem_has_the_shape_that_the_published_client_reads() {
        var answer = api.post("/actors", "{\"tags\": {}}");

        assertThat(answer.body().propertyNames()).containsExactlyInAnyOrder("code", "message", "ray_id", "metadata");
        assertThat(answer.text("/ray_id"))
                .isEqualTo(answer.raw().headers().firstValue("rvt-ray-id").orElseThrow());
        assertThat(answer.text("/message")).isEqualTo("build: missing (expected: build or build_tags)");
        assertThat(answer.text("/metadata/expected")).isEqualTo("build or build_tags");
        assertThat(answer.raw().headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void what_a_method_may_be_is_told() {
        var answer = api.delete("/actors");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.text("/message")).isEqualTo("DELETE is not allowed here (expected: GET, POST, PUT)");
        assertThat(answer.raw().headers().allValues("allow"))
                .singleElement()
                .asString()
                .contains("GET", "POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/xml", "nonsense", "*/*;q=2"})
    void what_a_client_would_rather_read_does_not_undo_what_it_asked_for(String accept) {
        var tags = Api.encoded("{\"accept\": \"" + accept + "\"}");
        api.build("accepting", "{\"name\": \"accepting\", \"current\": \"true\"}");

        var answer = api.send(api.json("/actors")
                .header("accept", accept)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"tags\": {\"accept\": \"%s\"}, \"build_tags\": {\"name\": \"accepting\"}}"
                                .formatted(accept))));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(api.get("/actors?tags_json=" + tags).body().path("actors")).hasSize(1);
    }

    @Test
    void a_query_may_be_as_long_as_queries_may_be() {
        var query = "{\"string_contains\": {\"property\": \"region\", \"value\": \"x\"}}" + " ".repeat(65_000);

        assertThat(api.get("/actors/query?query_json=" + Api.encoded(query).replace("+", "%20"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void health_is_told_to_anyone() {
        assertThat(Api.require(api.get("/health")).body()).isEqualTo(Api.JSON.readTree("{\"status\": \"up\"}"));
    }

    @Test
    void regions_with_living_agents_come_first() {
        assertThat(Api.require(api.get("/regions")).text("/regions/0/id")).isEqualTo("local");
        controlPlane.agent("zurich", 1000, 1024);

        var regions = Api.require(api.get("/regions"));

        assertThat(regions.body())
                .isEqualTo(
                        Api.JSON.readTree(
                                "{\"regions\": [{\"id\": \"zurich\", \"name\": \"zurich\"}, {\"id\": \"local\", \"name\": \"local\"}]}"));
        assertThat(Api.require(api.get("/regions/recommend?lat=47&long=8")).text("/region/id"))
                .isEqualTo("zurich");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127.0.0.1:6420           | 200
            localhost:6420           | 200
            [::1]:6420               | 200
            anything.localhost       | 200
            LOCALHOST                | 200
            evil.example             | 403
            localhost.evil.example   | 403
            127.0.0.1.evil.example   | 403
            10.0.0.1                 | 403
            user@evil.example        | 403
            """)
    void a_name_that_leads_here_from_elsewhere_is_refused(String host, int status) throws Exception {
        var answer = RawHttp.send(controlPlane.uri(), "GET /actors HTTP/1.1", "Host: " + host);

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase("rvt-ray-id: ");
        if (status == 403) {
            assertThat(answer).contains("\"code\":\"API_FORBIDDEN\"");
        }
    }

    @Test
    void two_names_at_once_are_refused() throws Exception {
        var answer = RawHttp.send(controlPlane.uri(), "GET /actors HTTP/1.1", "Host: localhost", "Host: evil.example");

        assertThat(answer).matches("(?s)HTTP/1.1 40[03] .*");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://localhost:3000          | 200
            http://127.0.0.1:6420          | 200
            https://evil.example           | 403
            http://localhost.evil.example  | 403
            null                           | 403
            """)
    void a_page_from_elsewhere_is_refused(String origin, int status) {
        var answer = api.send(api.request("/actors").header("origin", origin).GET());

        assertThat(answer.status()).isEqualTo(status);
        if (status == 403) {
            assertThat(answer.code()).isEqualTo("API_CORS_ORIGIN_NOT_ALLOWED");
        }
    }

    @Test
    void a_page_from_elsewhere_cannot_change_anything_either() {
        var build = "{\"image_file\": {\"path\": \"x\", \"content_length\": 3}, \"kind\": \"javascript\"}";
        var before = controlPlane.database().contents();

        var answer = api.send(api.json("/builds/prepare")
                .header("origin", "https://evil.example")
                .POST(BodyPublishers.ofString(build)));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(controlPlane.database().contents()).isEqualTo(before);
    }
}
