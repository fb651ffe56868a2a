package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.protocol.Wire;

/** What a caller can get wrong: each answered with a code and the field, and nothing has changed. */
class BadInputTest {

    @TempDir
    static Path work;

    static RunningDevServer server;
    private String before = "";

    @BeforeAll
    static void start() throws Exception {
        server = RunningDevServer.start(work.resolve("data"));
        server.deployExample("counter", work);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void remember() throws Exception {
        before = everything();
    }

    @AfterEach
    void nothing_has_changed() throws Exception {
        assertThat(everything()).isEqualTo(before);
    }

    @ParameterizedTest(name = "{3} {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"tags": {}, "build": "5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90"}                                                    | BUILD_NOT_FOUND           | 404 | build
            {"tags": {}, "build_tags": {"name": "absent"}}                                                                   | BUILD_NOT_FOUND_WITH_TAGS | 404 | build_tags
            {"tags": {}, "build_tags": {"name": "counter"}, "region": "moon"}                                                | REGION_NOT_FOUND          | 404 | region
            {"tags": {}, "build_tags": {"name": "counter"}, "network": {"ports": {"seventeen-letters": {"protocol": "http"}}}} | API_BAD_BODY            | 400 | network.ports.seventeen-letters
            {"tags": {"1":"a","2":"a","3":"a","4":"a","5":"a","6":"a","7":"a","8":"a","9":"a"}, "build_tags": {"name": "counter"}} | API_BAD_BODY        | 400 | tags
            {"tags": {}, "build_tags": {"name": "counter"}, "lifecycle": {"kill_timeout": -1}}                               | API_BAD_BODY              | 400 | lifecycle.kill_timeout
            {"tags": {}, "build_tags": {"name": "counter"}, "lifecycle": {"kill_timout": 1}}                                 | API_BAD_BODY              | 400 | lifecycle.kill_timout
            """)
    void a_create_that_cannot_be_is_refused(String body, String code, int status, String field) throws Exception {
        var reply = server.send("POST", "/actors", body);

        var problem = Wire.JSON.readTree(reply.body());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        assertThat(problem.get("code").stringValue()).isEqualTo(code);
        assertThat(problem.get("metadata").get("field").stringValue()).isEqualTo(field);
        assertThat(problem.get("ray_id").stringValue())
                .isEqualTo(reply.headers().firstValue("rvt-ray-id").orElseThrow());
    }

    @Test
    void malformed_json_is_refused_with_its_place() throws Exception {
        var reply = server.send("POST", "/actors", "{\"tags\": {},\n  \"build\": }");

        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(reply.body()).contains("API_BAD_BODY").contains("\"line\":2");
    }

    @Test
    void bytes_that_do_not_have_their_digest_never_become_a_build() throws Exception {
        var bytes = "export default { async start() {} }";
        var prepared =
                Wire.JSON.readTree(server.send("POST", "/builds/prepare", """
                        {"kind": "javascript", "image_file": {"path": "js-bundle.js", "content_length": %d, "sha256": "%s"}}""".formatted(bytes.length(), "0".repeat(64)))
                        .body());
        var upload =
                URI.create(prepared.get("presigned_requests").get(0).get("url").stringValue());
        var put = HttpRequest.newBuilder(upload)
                .PUT(HttpRequest.BodyPublishers.ofString(bytes))
                .build();
        assertThat(server.http.send(put, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);

        var build = prepared.get("build").stringValue();
        var completed = server.send("POST", "/builds/" + build + "/complete", "");

        assertThat(completed.statusCode()).isEqualTo(400);
        assertThat(completed.body()).contains("UPLOAD_INVALID");
        assertThat(server.send("POST", "/actors", "{\"tags\": {}, \"build\": \"%s\"}".formatted(build))
                        .statusCode())
                .isBetween(400, 499);
    }

    @Test
    void a_typo_in_the_project_file_is_told_with_line_and_column() throws Exception {
        var folder = Files.createDirectories(work.resolve("typo"));
        Files.writeString(
                folder.resolve("rivet.json"), "{\n  \"builds\": {\n    \"app\": { \"scirpt\": \"main.ts\" }\n  }\n}\n");

        var ran = server.rivet(folder, "deploy");

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.errors()).contains("rivet.json:3:14").contains("scirpt").contains("script");
    }

    @Test
    void an_entry_that_does_not_parse_is_told_with_line_and_column() throws Exception {
        var folder = Files.createDirectories(work.resolve("parse"));
        Files.writeString(folder.resolve("rivet.json"), "{\"builds\": {\"app\": {\"script\": \"main.ts\"}}}");
        Files.writeString(folder.resolve("main.ts"), "export default {\n  async start( {\n};\n");

        var ran = server.rivet(folder, "deploy");

        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.errors()).contains("main.ts:3:");
    }

    /** All that a refused request could have changed. */
    private static String everything() throws Exception {
        return server.send("GET", "/actors?include_destroyed=true", null).body()
                + server.send("GET", "/builds", null).body();
    }
}
