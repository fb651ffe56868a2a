package rivet.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class BuildsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path folder;

    private final StubServer server = new StubServer();
    private final RivetClient client = server.client().token("secret").build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void a_file_is_sent_in_the_parts_that_the_server_asked_for() throws IOException {
        prepare().then(200, "").then(503, "").then(200, "").then(200, "{}").then(200, build());
        var sent = new CopyOnWriteArrayList<Long>();

        var upload = BuildUpload.java(file("hello"))
                .startTimeout(Duration.ofSeconds(20))
                .progress((bytes, total) -> {
                    assertThat(total).isEqualTo(5);
                    sent.add(bytes);
                });

        var build = client.builds().upload(upload);

        assertThat(build.id()).isEqualTo(Samples.BUILD);
        assertThat(build.startDeadline()).contains(Duration.ofSeconds(20));
        assertThat(server.lines())
                .containsExactly(
                        "POST /builds/prepare",
                        "PUT /part/0?signature=x",
                        "PUT /part/1?signature=y",
                        "PUT /part/1?signature=y",
                        "POST /builds/" + Samples.BUILD + "/complete",
                        "GET /builds/" + Samples.BUILD);
        assertThat(JSON.readTree(server.asked().get(0).body())).isEqualTo(JSON.readTree("""
                {"image_file": {"path": "counter.jar", "content_length": 5,
                   "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
                 "kind": "java", "compression": "none", "start_timeout": 20000}
                """));
        assertThat(server.asked().subList(1, 4))
                .extracting(StubServer.Asked::body)
                .containsExactly("hel", "lo", "lo");
        assertThat(sent).isSorted().doesNotHaveDuplicates().contains(0L, 5L);
    }

    @Test
    void the_token_is_not_for_whoever_takes_the_parts() throws IOException {
        prepare().then(200, "").then(200, "").then(200, "{}").then(200, build());

        client.builds().upload(file("hello"));

        assertThat(server.asked())
                .extracting(asked -> asked.header("Authorization"))
                .containsExactly("Bearer secret", "", "", "Bearer secret", "Bearer secret");
    }

    @Test
    void a_file_that_is_not_there_is_no_fault_of_the_server() {
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> client.builds().upload(folder.resolve("absent.jar")));
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void a_file_that_became_shorter_is_no_fault_of_the_server() throws IOException {
        var file = file("hello");
        server.then(exchange -> {
            Files.writeString(file, "h");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(prepared().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        });

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> client.builds().upload(file))
                .withMessageContaining("shorter");
    }

    @Test
    void who_listens_can_end_the_upload() throws IOException {
        prepare().then(200, "");
        var upload = BuildUpload.javascript(file("hello")).progress((sent, _) -> {
            if (sent > 0) {
                throw new IllegalStateException("enough");
            }
        });

        assertThatIllegalStateException()
                .isThrownBy(() -> client.builds().upload(upload))
                .withMessage("enough");
    }

    @Test
    void tags_are_set_moved_and_removed() {
        server.then(200, "{}").then(200, "{}");

        client.builds()
                .patchTags(
                        Samples.BUILD,
                        TagPatch.none().exclusively("current", "true").remove("canary"));
        client.builds().patchTags(Samples.BUILD, TagPatch.none().set("a", "1"));

        assertThat(server.lines()).containsOnly("PATCH /builds/" + Samples.BUILD + "/tags");
        assertThat(JSON.readTree(server.asked().get(0).body()))
                .isEqualTo(JSON.readTree(
                        "{\"tags\": {\"current\": \"true\", \"canary\": null}, \"exclusive_tags\": [\"current\"]}"));
        assertThat(JSON.readTree(server.asked().get(1).body())).isEqualTo(JSON.readTree("{\"tags\": {\"a\": \"1\"}}"));
    }

    @Test
    void builds_are_found_by_tags() {
        server.then(
                        200,
                        "{\"builds\": [%s]}"
                                .formatted(build().replaceFirst("\\{\"build\": ", "")
                                        .replaceFirst("}$", "")))
                .then(200, "{\"builds\": []}");

        assertThat(client.builds().list(Map.of("name", "counter")))
                .singleElement()
                .satisfies(build -> {
                    assertThat(build.contentLength()).isEqualTo(5);
                    assertThat(build.tags()).isEqualTo(Map.of("name", "counter"));
                });
        assertThat(client.builds().list(Map.of())).isEmpty();
        assertThat(server.lines())
                .isEqualTo(List.of("GET /builds?tags_json=%7B%22name%22%3A%22counter%22%7D", "GET /builds"));
    }

    @Test
    void regions_and_routes_are_where_the_contract_has_them() {
        server.then(200, "{\"regions\": [{\"id\": \"fra\", \"name\": \"Frankfurt\"}]}")
                .then(200, "{\"region\": {\"id\": \"fra\", \"name\": \"Frankfurt\"}}")
                .then(200, "{\"region\": {\"id\": \"fra\", \"name\": \"Frankfurt\"}}")
                .then(200, """
                        {"routes": [{"id": "api", "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
                          "hostname": "api.example.com", "path": "/v1", "route_subpaths": true, "strip_prefix": true,
                          "target": {"actors": {"selector_tags": {"name": "api"}}}}]}
                        """)
                .then(200, "{}")
                .then(200, "{}");
        var frankfurt = new Region("fra", "Frankfurt");
        var tags = Map.of("name", "api");

        assertThat(client.regions().list()).containsExactly(frankfurt);
        assertThat(client.regions().recommend()).isEqualTo(frankfurt);
        assertThat(client.regions().recommend(50.1, -8.7)).isEqualTo(frankfurt);
        assertThat(client.routes().list())
                .singleElement()
                .satisfies(
                        route -> assertThat(route.target()).isEqualTo(new Route.Target(new Route.ActorTarget(tags))));
        client.routes().update("api", RouteUpdate.path("api.example.com", "/v1", tags));
        client.routes().delete("api");

        assertThat(server.lines())
                .containsExactly(
                        "GET /regions",
                        "GET /regions/recommend",
                        "GET /regions/recommend?lat=50.1&long=-8.7",
                        "GET /routes",
                        "PUT /routes/api",
                        "DELETE /routes/api");
        assertThat(JSON.readTree(server.asked().get(4).body())).isEqualTo(JSON.readTree("""
                {"hostname": "api.example.com", "path": "/v1", "strip_prefix": true, "route_subpaths": true,
                 "target": {"actors": {"selector_tags": {"name": "api"}}}}
                """));
    }

    private StubServer prepare() {
        return server.then(200, prepared());
    }

    /** Two parts of three bytes at most; one URL is whole, the other relative. */
    private String prepared() {
        return """
                {"build": "%s", "presigned_requests": [
                  {"path": "counter.jar", "url": "%s/part/0?signature=x", "byte_offset": 0, "content_length": 3},
                  {"path": "counter.jar", "url": "/part/1?signature=y", "byte_offset": 3, "content_length": 2}]}
                """.formatted(Samples.BUILD, server.uri());
    }

    private static String build() {
        return "{\"build\": {\"id\": \"%s\", \"name\": \"counter\", \"created_at\": \"2026-01-31T12:00:00Z\", \"content_length\": 5, \"start_timeout\": 20000, \"tags\": {\"name\": \"counter\"}}}"
                .formatted(Samples.BUILD);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("counter.jar"), content);
    }
}
