package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;
import static rivet.cli.StubControlPlane.BUILD;
import static rivet.cli.StubControlPlane.actor;
import static rivet.cli.StubControlPlane.oneActor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

/** With the real bundler, which is installed into the repository's {@code .rivet} where it is not there yet. */
final class DeployCommandTest {

    private static final String NAMED_ROOM =
            java.net.URLEncoder.encode("{\"current\":\"true\",\"name\":\"room\"}", StandardCharsets.UTF_8);

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

        var bundle = project.server().requests().get(2).body();
        assertThat(ran.exit()).isZero();
        assertThat(ran.err())
                .isEqualTo("""
                        room: bundled, %1$d B in 0.0 s
                        room: new: %1$d B, digest %2$s
                        room: uploaded in 0.0 s
                        """.formatted(bundle.length(), sha256(bundle).substring(0, 12)));
        assertThat(project.server().requestLines())
                .containsExactly(
                        "GET /builds?tags_json=" + NAMED_ROOM,
                        """
                        POST /builds/prepare {"image_file":{"path":"index.js","content_type":"text/javascript",\
                        "content_length":%d,"sha256":"%s"},"kind":"javascript","compression":"none"}""".formatted(bundle.length(), sha256(bundle)),
                        "PUT /parts/1 " + bundle,
                        "POST /builds/" + BUILD + "/complete",
                        """
                        PATCH /builds/%s/tags {"tags":{"team":"games","commit":"abc","name":"room",\
                        "type":"actor","current":"true","version":"20260102-030405"},"exclusive_tags":["current"]}""".formatted(BUILD));
        assertThat(ran.out()).isEqualTo("""
                        NAME  VERSION          KIND        SIZE   BUILD
                        room  20260102-030405  javascript  %d B  %s

                        Next:
                          rivet actor create -b name=room -p http --wait
                        """.formatted(bundle.length(), BUILD));
    }

    @Test
    void same_bytes_are_not_sent_again_and_no_tag_moves() throws Exception {
        deployRoomOnce();
        var bundle = project.server().requests().get(2).body();
        currentIs("\"version\": \"1\"", sha256(bundle));

        var ran = project.deploy();

        assertThat(ran.err())
                .endsWith("room: nothing changed (digest %s is current already)\n"
                        .formatted(sha256(bundle).substring(0, 12)));
        assertThat(ran.out()).contains("room  1        javascript");
        assertThat(project.server().requestLines().getLast()).startsWith("GET /builds");
    }

    @Test
    void start_deadline_of_the_project_file_goes_with_the_build_and_another_one_makes_another_build() throws Exception {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\", \"start_timeout\": 20000}}}");
        project.write("room.ts", Project.ROOM);
        project.accept();
        assertThat(project.deploy().exit()).isZero();
        var prepared = prepared().getFirst();
        assertThat(prepared).endsWith(",\"kind\":\"javascript\",\"compression\":\"none\",\"start_timeout\":20000}");
        var sha256 = Wire.JSON.readTree(prepared).at("/image_file/sha256").asString();

        currentIs("\"version\": \"1\"", sha256, ", \"start_timeout\": 20000");
        assertThat(project.deploy().err()).contains("room: nothing changed");
        assertThat(prepared()).hasSize(1);
        currentIs("\"version\": \"1\"", sha256);
        var ran = project.deploy();

        assertThat(ran.err()).contains("), start timeout the usual → 20000 ms, tags version=1→20260102-030405\n");
        assertThat(prepared()).containsExactly(prepared, prepared);
    }

    private List<String> prepared() {
        return bodies("POST /builds/prepare");
    }

    @Test
    void what_changes_is_told_before_it_is_sent() throws Exception {
        deployRoomOnce();
        currentIs("\"version\": \"1\", \"team\": \"a\"", "ab".repeat(32));

        var ran = project.deploy("--version", "2", "--extra-tags", "commit=c");

        assertThat(ran.err())
                .containsPattern("room: size 100 B → \\d+ B, digest abababababab → [0-9a-f]{12}, "
                        + "tags \\+commit=c -team=a version=1→2\n");
    }

    @Test
    void actors_on_older_builds_are_upgraded_one_first() throws Exception {
        deployRoomOnce();
        olderBuildRuns();
        project.server()
                .answer("GET /actors/" + ACTOR, 200, oneActor("starting"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("running"));

        var ran = project.deploy("--upgrade", "--json");

        assertThat(ran.err()).contains("room: upgrading actor %s (1 of 1)…".formatted(ACTOR));
        assertThat(project.server().requestLines())
                .contains("POST /actors/%s/upgrade {\"build\":\"%s\"}".formatted(ACTOR, BUILD));
        assertThat(Wire.JSON.readTree(ran.out()).at("/upgraded_actors/0").asString())
                .isEqualTo(ACTOR);
    }

    @Test
    void version_that_does_not_start_fails_with_exit_code_and_last_lines() throws Exception {
        deployRoomOnce();
        olderBuildRuns();
        project.server()
                .answer("GET /actors/" + ACTOR, 200, oneActor("crash_backoff"))
                .answer("GET /actors/%s/explain".formatted(ACTOR), 200, """
                        {"state": "crash_backoff", "since": "2026-01-02T03:04:05Z", "message": "It crashed.", "generation": 2,
                         "exit_code": 7, "last_logs": ["ouch"]}""")
                .answer("GET /actors/logs", 200, """
                        {"actor_ids": ["%s"], "lines": ["b3VjaA=="], "timestamps": ["2026-01-02T03:04:05Z"],
                         "streams": [1], "actor_indices": [0], "watch": {"index": "1"}}""".formatted(ACTOR));

        var ran = project.deploy("--upgrade");

        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.err())
                .contains(
                        "error: actor %s did not start: crash_backoff, exit code 7; its last lines:\n  ouch\n"
                                .formatted(ACTOR),
                        "code: ACTOR_DID_NOT_START");
    }

    @Test
    void person_is_asked_whether_to_upgrade_and_a_script_is_not() throws Exception {
        deployRoomOnce();
        olderBuildRuns();
        var shell = new Shell(folder).at(project.server().uri());

        var ran = shell.typing("n\n").run("deploy");
        shell.typing("").run("deploy", "--non-interactive");
        shell.piping("y\n").run("deploy");

        assertThat(ran.err()).contains("1 actor runs of 'room' on other builds. Upgrade? [y/N]");
        assertThat(project.server().requestLines()).noneMatch(line -> line.contains("/upgrade"));
    }

    @Test
    void policy_of_the_upgrade_is_that_of_the_command_line_and_else_that_of_the_project_file() throws Exception {
        project.file("""
                {"actors": {"room": {"script": "room.ts",
                  "upgrade": {"policy": "when_idle", "deadline": 60000, "at_deadline": "next_start"}}}}""");
        project.write("room.ts", Project.ROOM);
        project.accept();
        olderBuildRuns();
        project.server().answer("GET /actors/" + ACTOR, 200, oneActor("running"));

        assertThat(project.deploy("--upgrade").exit()).isZero();
        olderBuildRuns();
        project.server().answer("GET /actors/" + ACTOR, 200, oneActor("running"));
        assertThat(project.deploy("--upgrade", "--policy", "drain", "--policy-deadline", "9000")
                        .exit())
                .isZero();

        assertThat(upgrades())
                .containsExactly(
                        "{\"build\":\"%s\",\"policy\":\"when_idle\",\"deadline\":60000,\"at_deadline\":\"next_start\"}"
                                .formatted(BUILD),
                        "{\"build\":\"%s\",\"policy\":\"drain\",\"deadline\":9000}".formatted(BUILD));
    }

    @Test
    void who_gets_it_when_started_next_is_not_waited_for() throws Exception {
        deployRoomOnce();
        olderBuildRuns();

        var ran = project.deploy("--upgrade", "--policy", "next_start");

        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("room: 1 actors have it when they are started next");
        assertThat(upgrades()).containsExactly("{\"build\":\"%s\",\"policy\":\"next_start\"}".formatted(BUILD));
        assertThat(project.server().requestLines()).noneMatch(line -> line.startsWith("GET /actors/" + ACTOR));
    }

    @Test
    void policy_that_makes_no_sense_is_told_before_anything_is_sent() throws Exception {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("room.ts", Project.ROOM);

        Project.assertRefused(project.deploy("--upgrade", "--policy", "soon"), 2, "--policy: 'soon'");
        Project.assertRefused(
                project.deploy("--upgrade", "--policy-deadline", "9"), 2, "--policy-deadline: given (expected: with");
        Project.assertRefused(
                project.deploy("--upgrade", "--policy", "drain", "--at-deadline", "now"), 2, "--at-deadline: given");
        assertThat(project.server().requests()).isEmpty();
    }

    private List<String> upgrades() {
        return bodies("POST /actors/%s/upgrade".formatted(ACTOR));
    }

    private List<String> bodies(String call) {
        return project.server().requestLines().stream()
                .filter(line -> line.startsWith(call + " "))
                .map(line -> line.split(" ", 3)[2])
                .toList();
    }

    private void deployRoomOnce() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("room.ts", Project.ROOM);
        project.accept();
        assertThat(project.deploy().exit()).isZero();
    }

    private void currentIs(String tags, String sha256) {
        currentIs(tags, sha256, "");
    }

    private void currentIs(String tags, String sha256, String more) {
        project.server().instead("GET /builds", 200, """
                {"builds": [{"id": "%s", "name": "room", "created_at": "2026-01-02T03:04:05Z", "content_length": 100,
                  "sha256": "%s", "tags": {"name": "room", "type": "actor", "current": "true", %s}%s}]}""".formatted(BUILD, sha256, tags, more));
    }

    private void olderBuildRuns() {
        var older = "33333333-3333-4333-8333-333333333333";
        currentIs("\"version\": \"1\"", "ab".repeat(32));
        project.server().answer("GET /builds", 200, """
                {"builds": [{"id": "%s", "name": "room", "created_at": "2026-01-02T03:04:05Z", "content_length": 100,
                  "tags": {"name": "room"}}]}""".formatted(older));
        project.server()
                .answer("GET /actors", 200, """
                {"actors": [%s], "pagination": {}}""".formatted(actor("running").replace(BUILD, older)));
        project.server().answer("POST /actors/%s/upgrade".formatted(ACTOR), 200, "{}");
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
        assertThat(requests.get(1).headers()).containsKey("Authorization");
        assertThat(requests.get(2).headers()).doesNotContainKey("Authorization");
    }

    @Test
    void bytes_are_sent_in_the_parts_that_the_server_asks_for() throws Exception {
        project.file("{\"actors\": {\"tool\": {\"executable\": \"tool\"}}}");
        project.write("tool", "#!/bin/sh\nexec sleep 1000\n");
        int size = tarOf("tool").length();
        project.server()
                .answer("GET /builds", 200, "{\"builds\": []}")
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

        var bundle = project.server().requests().get(2).body();
        assertThat(Wire.JSON.readTree(ran.out()))
                .isEqualTo(Wire.JSON.readTree("""
                        {"builds": [{"name": "room", "id": "%s", "version": "7", "kind": "javascript", "size_bytes": %d,
                          "sha256": "%s",
                          "tags": {"name": "room", "version": "7", "type": "actor", "current": "true"}, "changed": true}],
                         "upgraded_actors": []}""".formatted(BUILD, bundle.length(), sha256(bundle))));
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
