package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.BUILD;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

/** With the real bundler, which is installed into the repository's {@code .rivet} where it is not there yet. */
final class DeployCommandTest {

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final Project project = new Project(() -> folder);

    @Test
    void script_is_bundled_uploaded_and_made_current_in_one_step() throws Exception {
        project.file("{\"actors\": {\"room\": {\"script\": \"src/room.ts\", \"tags\": {\"team\": \"games\"}}}}");
        project.write("src/room.ts", Project.ROOM);
        project.accept();

        var ran = project.deploy("--extra-tags", "commit=abc", "--non-interactive");

        var bundle = project.server().requests().get(1).body();
        assertThat(ran.exit()).isZero();
        assertThat(ran.err())
                .isEqualTo("room: bundled, %d B in 0.0 s\nroom: uploaded in 0.0 s\n".formatted(bundle.length()));
        assertThat(project.server().requestLines())
                .containsExactly(
                        """
                        POST /builds/prepare {"image_file":{"path":"index.js","content_type":"text/javascript",\
                        "content_length":%d,"sha256":"%s"},"kind":"javascript","compression":"none"}""".formatted(bundle.length(), sha256(bundle)),
                        "PUT /parts/1 " + bundle,
                        "POST /builds/" + BUILD + "/complete",
                        """
                        PATCH /builds/%s/tags {"tags":{"team":"games","commit":"abc","name":"room",\
                        "version":"20260102-030405","type":"actor","current":"true"},"exclusive_tags":["current"]}""".formatted(BUILD));
        assertThat(ran.out()).isEqualTo("""
                        NAME  VERSION          KIND        SIZE   BUILD
                        room  20260102-030405  javascript  %d B  %s

                        Next:
                          rivet actor create -b name=room -p http --wait
                        """.formatted(bundle.length(), BUILD));
    }

    @Test
    void token_is_not_sent_with_the_bytes() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("room.ts", Project.ROOM);
        project.accept();

        new Shell(folder)
                .at(project.server().uri())
                .with("RIVET_TOKEN", "secret")
                .run("deploy");

        var requests = project.server().requests();
        assertThat(requests.get(0).headers()).containsKey("Authorization");
        assertThat(requests.get(1).headers()).doesNotContainKey("Authorization");
    }

    @Test
    void bytes_are_sent_in_the_parts_that_the_server_asks_for() throws Exception {
        project.file("{\"actors\": {\"tool\": {\"executable\": \"tool\"}}}");
        project.write("tool", "#!/bin/sh\nexec sleep 1000\n");
        int size = tarOf("tool").length();
        project.server()
                .answer("POST /builds/prepare", 200, """
                        {"build": "%s", "presigned_requests": [
                          {"path": "p", "url": "{{uri}}/parts/1", "byte_offset": 0, "content_length": 1000},
                          {"path": "p", "url": "{{uri}}/parts/2", "byte_offset": 1000, "content_length": %d}]}""".formatted(BUILD, size - 1000))
                .answer("PUT /parts/1", 200, "")
                .answer("PUT /parts/2", 200, "")
                .answer("POST /builds/" + BUILD + "/complete", 200, "{}")
                .answer("PATCH /builds/" + BUILD + "/tags", 200, "{}");
        int before = project.server().requests().size();

        assertThat(project.deploy().exit()).isZero();

        var parts = project
                .server()
                .requests()
                .subList(before, project.server().requests().size())
                .stream()
                .filter(request -> request.method().equals("PUT"))
                .sorted(java.util.Comparator.comparing(StubControlPlane.Request::target))
                .toList();
        assertThat(parts.get(0).body()).hasSize(1000);
        assertThat(sha256(parts.get(0).body() + parts.get(1).body())).isEqualTo(sha256(tarOf("tool")));
    }

    @Test
    void same_program_gives_the_same_bytes() throws Exception {
        project.write("one/start", "#!/bin/sh\n");
        project.write("one/data/b.txt", "b");
        project.write("one/data/a.txt", "a");
        Files.createSymbolicLink(folder.resolve("one/link"), Path.of("data/a.txt"));
        project.write("two/data/a.txt", "a");
        project.write("two/data/b.txt", "b");
        project.write("two/start", "#!/bin/sh\n");
        Files.createSymbolicLink(folder.resolve("two/link"), Path.of("data/a.txt"));

        assertThat(tarOf("one")).isEqualTo(tarOf("two")).contains("start", "data/a.txt", "link");
    }

    @Test
    void program_without_a_start_is_told() throws IOException {
        project.file("{\"actors\": {\n\"tool\": {\"executable\": \"tool\"}}}");
        project.write("tool/run", "#!/bin/sh\n");

        Project.assertRefused(
                project.deploy(),
                2,
                "rivet.json:2:10: executable: the folder tool has no file 'start', which is what runs");
    }

    @Test
    void link_out_of_the_folder_is_told() throws IOException {
        project.file("{\"actors\": {\"tool\": {\"executable\": \"tool\"}}}");
        project.write("tool/start", "#!/bin/sh\n");
        Files.createSymbolicLink(folder.resolve("tool/secret"), Path.of("../../secret"));

        Project.assertRefused(project.deploy(), 2, "(expected: a link that stays in the folder)");
    }

    @Test
    void builds_are_chosen_by_name_and_tag_and_nothing_is_uploaded_before_all_are_bundled() throws IOException {
        project.file("""
                {"actors": {"good": {"script": "room.ts", "tags": {"team": "a"}},
                            "bad": {"script": "gone.ts", "tags": {"team": "b"}}},
                 "containers": {"box": {}}}""");
        project.write("room.ts", Project.ROOM);

        Project.assertRefused(project.deploy("good", "bad"), 2, "rivet.json:2:21: script: no file gone.ts");
        assertThat(project.server().requests()).isEmpty();
        Project.assertRefused(project.deploy("godo"), 2, "no build 'godo' in rivet.json (did you mean 'good'?)");
        Project.assertRefused(
                project.deploy("box"),
                2,
                "rivet.json:3:17: 'box' is a container, which this version cannot deploy yet");
        Project.assertRefused(project.deploy("--filter-tags", "team=c"), 2, "no build has the tags {team=c}");
        Project.assertRefused(
                project.deploy("--extra-tags", "current=no"),
                2,
                "--extra-tags: 'current' (deploy sets this one itself");
        project.accept();
        assertThat(project.deploy("good").exit()).isZero();
        assertThat(project.deploy("--filter-tags", "team=a,name=good", "--version", "7")
                        .out())
                .contains("good  7 ");
    }

    @Test
    void json_is_one_document_and_progress_goes_elsewhere() throws Exception {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("room.ts", Project.ROOM);
        project.accept();

        var ran = project.deploy("--json", "--version", "7");

        var bundle = project.server().requests().get(1).body();
        assertThat(Wire.JSON.readTree(ran.out()))
                .isEqualTo(Wire.JSON.readTree("""
                        {"builds": [{"name": "room", "id": "%s", "version": "7", "kind": "javascript", "size_bytes": %d,
                          "sha256": "%s",
                          "tags": {"name": "room", "version": "7", "type": "actor", "current": "true"}}]}""".formatted(BUILD, bundle.length(), sha256(bundle))));
    }

    @Test
    void refused_upload_moves_no_tag() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("room.ts", Project.ROOM);
        project.prepared();
        project.server()
                .answer("PUT /parts/1", 200, "")
                .answer(
                        "POST /builds/" + BUILD + "/complete",
                        400,
                        "{\"code\": \"UPLOAD_INVALID\", \"message\": \"sha256: other bytes\", \"ray_id\": \"r\"}");

        Project.assertRefused(project.deploy(), 2, "error: sha256: other bytes", "code: UPLOAD_INVALID");
        assertThat(project.server().requestLines()).noneMatch(line -> line.startsWith("PATCH"));
    }

    private String tarOf(String program) throws IOException {
        var archive = folder.resolve("archive.tar");
        Files.deleteIfExists(archive);
        rivet.cli.bundle.Archives.write(folder.resolve(program), archive);
        return Files.readString(archive, StandardCharsets.ISO_8859_1);
    }

    private static String sha256(String latin) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256").digest(latin.getBytes(StandardCharsets.ISO_8859_1));
        return HexFormat.of().formatHex(digest).toLowerCase(Locale.ROOT);
    }
}
