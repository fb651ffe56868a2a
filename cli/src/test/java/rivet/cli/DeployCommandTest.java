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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

/** With the real bundler, which is installed into the repository's {@code .rivet} where it is not there yet. */
final class DeployCommandTest {

    private static final String ROOM = """
            interface Guest { name: string }
            export default {
              async start(ctx: unknown): Promise<void> {
                const guest: Guest = { name: "Ada" };
                console.log(ctx, guest);
              },
            };
            """;

    @TempDir
    Path folder = Path.of("");

    private final StubControlPlane server = new StubControlPlane(0);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void script_is_bundled_uploaded_and_made_current_in_one_step() throws Exception {
        project("{\"actors\": {\"room\": {\"script\": \"src/room.ts\", \"tags\": {\"team\": \"games\"}}}}");
        write("src/room.ts", ROOM);
        accept();

        var ran = deploy("--extra-tags", "commit=abc", "--non-interactive");

        var bundle = server.requests().get(1).body();
        assertThat(ran.exit()).isZero();
        assertThat(ran.err())
                .isEqualTo("room: bundled, %d B in 0.0 s\nroom: uploaded in 0.0 s\n".formatted(bundle.length()));
        assertThat(server.requestLines())
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
    void bundle_is_a_module_whose_map_names_the_authors_files() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"src/room.ts\"}}}");
        write("src/room.ts", ROOM);
        accept();

        deploy();

        var bundle = server.requests().get(1).body();
        assertThat(bundle).contains("export{").doesNotContain("interface");
        assertThat(sourceMap(bundle)).contains("\"sources\":[\"src/room.ts\"]").doesNotContain(folder.toString());
    }

    @Test
    void token_is_not_sent_with_the_bytes() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("room.ts", ROOM);
        accept();

        new Shell(folder).at(server.uri()).with("RIVET_TOKEN", "secret").run("deploy");

        var requests = server.requests();
        assertThat(requests.get(0).headers()).containsKey("Authorization");
        assertThat(requests.get(1).headers()).doesNotContainKey("Authorization");
    }

    @Test
    void bytes_are_sent_in_the_parts_that_the_server_asks_for() throws Exception {
        project("{\"actors\": {\"tool\": {\"executable\": \"tool\"}}}");
        write("tool", "#!/bin/sh\nexec sleep 1000\n");
        int size = tarOf("tool").length();
        server.answer("POST /builds/prepare", 200, """
                        {"build": "%s", "presigned_requests": [
                          {"path": "p", "url": "{{uri}}/parts/1", "byte_offset": 0, "content_length": 1000},
                          {"path": "p", "url": "{{uri}}/parts/2", "byte_offset": 1000, "content_length": %d}]}""".formatted(BUILD, size - 1000))
                .answer("PUT /parts/1", 200, "")
                .answer("PUT /parts/2", 200, "")
                .answer("POST /builds/" + BUILD + "/complete", 200, "{}")
                .answer("PATCH /builds/" + BUILD + "/tags", 200, "{}");
        int before = server.requests().size();

        assertThat(deploy().exit()).isZero();

        var parts = server.requests().subList(before, server.requests().size()).stream()
                .filter(request -> request.method().equals("PUT"))
                .sorted(java.util.Comparator.comparing(StubControlPlane.Request::target))
                .toList();
        assertThat(parts.get(0).body()).hasSize(1000);
        assertThat(sha256(parts.get(0).body() + parts.get(1).body())).isEqualTo(sha256(tarOf("tool")));
    }

    @Test
    void same_program_gives_the_same_bytes() throws Exception {
        write("one/start", "#!/bin/sh\n");
        write("one/data/b.txt", "b");
        write("one/data/a.txt", "a");
        Files.createSymbolicLink(folder.resolve("one/link"), Path.of("data/a.txt"));
        write("two/data/a.txt", "a");
        write("two/data/b.txt", "b");
        write("two/start", "#!/bin/sh\n");
        Files.createSymbolicLink(folder.resolve("two/link"), Path.of("data/a.txt"));

        assertThat(tarOf("one")).isEqualTo(tarOf("two")).contains("start", "data/a.txt", "link");
    }

    @Test
    void program_without_a_start_is_told() throws IOException {
        project("{\"actors\": {\n\"tool\": {\"executable\": \"tool\"}}}");
        write("tool/run", "#!/bin/sh\n");

        assertRefused(
                deploy(), 2, "rivet.json:2:10: executable: the folder tool has no file 'start', which is what runs");
    }

    @Test
    void link_out_of_the_folder_is_told() throws IOException {
        project("{\"actors\": {\"tool\": {\"executable\": \"tool\"}}}");
        write("tool/start", "#!/bin/sh\n");
        Files.createSymbolicLink(folder.resolve("tool/secret"), Path.of("../../secret"));

        assertRefused(deploy(), 2, "(expected: a link that stays in the folder)");
    }

    @Test
    void entry_that_does_not_parse_is_told_with_its_place() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"src/room.ts\"}}}");
        write("src/room.ts", "const a = 1;\nexport default { async start( { }\n  let z = ;\n");

        assertRefused(deploy(), 1, "error: src/room.ts:3:3: Expected \")\" but found \"let\"");
    }

    @Test
    void entry_without_a_default_export_is_told() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("room.ts", "export async function start() {}\n");

        assertRefused(deploy(), 1, "error: room.ts has no default export");
    }

    @Test
    void imports_that_are_not_bundled_are_told_with_a_remedy() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");

        write("room.ts", "import x from \"npm:@scope/it@4/sub\";\nexport default x;\n");
        assertRefused(
                deploy(), 1, "room.ts:1:15: Could not resolve \"npm:@scope/it@4/sub\"", "run 'npm install @scope/it'");
        write("room.ts", "import x from \"jsr:@std/path@1\";\nexport default x;\n");
        assertRefused(deploy(), 1, "run 'npx jsr add @std/path'");
        write("room.ts", "import x from \"not-installed/sub\";\nexport default x;\n");
        assertRefused(deploy(), 1, "run 'npm install not-installed'");
        write("room.ts", "import x from \"./gone.ts\";\nexport default x;\n");
        assertRefused(deploy(), 1, "room.ts:1:15: Could not resolve \"./gone.ts\"", "check the path");
        write("room.ts", "import x from \"https://example.com/x.ts\";\nexport default x;\n");
        assertRefused(deploy(), 1, "room.ts imports \"https://example.com/x.ts\", which cannot be put into the bundle");
    }

    @Test
    void modules_of_node_are_found_by_either_name_and_in_either_style() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("old.cjs", "const { join } = require(\"path\");\nmodule.exports = { at: join(\"a\", \"b\") };\n");
        write(
                "room.ts",
                "import fs from \"fs/promises\";\nimport old from \"./old.cjs\";\nexport default { fs, old, async start() {} };\n");
        accept();

        assertThat(deploy().exit()).isZero();

        assertThat(server.requests().get(1).body())
                .contains("from\"node:fs/promises\"", "createRequire", "(\"node:path\")");
    }

    @Test
    void packages_are_installed_where_they_are_missing() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write(
                "lib/package.json",
                "{\"name\": \"greeting\", \"version\": \"1.0.0\", \"type\": \"module\", \"main\": \"index.js\"}");
        write("lib/index.js", "export const greeting = \"good morning\";\n");
        write("package.json", "{\"name\": \"room\", \"dependencies\": {\"greeting\": \"file:lib\"}}");
        write("room.ts", "import { greeting } from \"greeting\";\nexport default { greeting, async start() {} };\n");
        accept();

        var first = deploy();
        var second = deploy();

        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.err())
                .startsWith("installing the packages of %s (npm install)…\n".formatted(folder.getFileName()));
        assertThat(second.err()).doesNotContain("installing");
        assertThat(server.requests().get(1).body()).contains("good morning");
    }

    @Test
    void missing_npm_comes_with_the_remedy() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("package.json", "{\"dependencies\": {\"greeting\": \"file:lib\"}}");
        write("room.ts", ROOM);

        var ran = new Shell(folder)
                .with("RIVET_NPM", folder.resolve("no-npm").toString())
                .run("deploy");

        assertRefused(ran, 1, "error: npm could not be started", "install Node.js");
    }

    @Test
    void lock_file_is_obeyed() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("package.json", "{\"name\": \"room\", \"dependencies\": {\"greeting\": \"file:lib\"}}");
        write(
                "package-lock.json",
                "{\"name\": \"room\", \"lockfileVersion\": 3, \"packages\": {\"\": {\"name\": \"room\"}}}");
        write("room.ts", ROOM);

        assertRefused(deploy(), 1, "npm ci failed in ");
    }

    @Test
    void package_file_that_is_broken_is_told_with_its_place() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("package.json", "{\n  \"dependencies\" {}\n}");
        write("room.ts", ROOM);

        assertRefused(deploy(), 2, "error: package.json:2:");
    }

    @Test
    void builds_are_chosen_by_name_and_tag_and_nothing_is_uploaded_before_all_are_bundled() throws IOException {
        project("""
                {"actors": {"good": {"script": "room.ts", "tags": {"team": "a"}},
                            "bad": {"script": "gone.ts", "tags": {"team": "b"}}},
                 "containers": {"box": {}}}""");
        write("room.ts", ROOM);

        assertRefused(deploy("good", "bad"), 2, "rivet.json:2:21: script: no file gone.ts");
        assertThat(server.requests()).isEmpty();
        assertRefused(deploy("godo"), 2, "no build 'godo' in rivet.json (did you mean 'good'?)");
        assertRefused(deploy("box"), 2, "rivet.json:3:17: 'box' is a container, which this version cannot deploy yet");
        assertRefused(deploy("--filter-tags", "team=c"), 2, "no build has the tags {team=c}");
        assertRefused(deploy("--extra-tags", "current=no"), 2, "--extra-tags: 'current' (deploy sets this one itself");
        accept();
        assertThat(deploy("good").exit()).isZero();
        assertThat(deploy("--filter-tags", "team=a,name=good", "--version", "7").out())
                .contains("good  7 ");
    }

    @Test
    void json_is_one_document_and_progress_goes_elsewhere() throws Exception {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("room.ts", ROOM);
        accept();

        var ran = deploy("--json", "--version", "7");

        var bundle = server.requests().get(1).body();
        assertThat(Wire.JSON.readTree(ran.out()))
                .isEqualTo(Wire.JSON.readTree("""
                        {"builds": [{"name": "room", "id": "%s", "version": "7", "kind": "javascript", "size_bytes": %d,
                          "sha256": "%s",
                          "tags": {"name": "room", "version": "7", "type": "actor", "current": "true"}}]}""".formatted(BUILD, bundle.length(), sha256(bundle))));
    }

    @Test
    void refused_upload_moves_no_tag() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        write("room.ts", ROOM);
        prepared();
        server.answer("PUT /parts/1", 200, "")
                .answer(
                        "POST /builds/" + BUILD + "/complete",
                        400,
                        "{\"code\": \"UPLOAD_INVALID\", \"message\": \"sha256: other bytes\", \"ray_id\": \"r\"}");

        assertRefused(deploy(), 2, "error: sha256: other bytes", "code: UPLOAD_INVALID");
        assertThat(server.requestLines()).noneMatch(line -> line.startsWith("PATCH"));
    }

    @Test
    void script_that_is_not_to_be_bundled_goes_as_it_is() throws IOException {
        project("{\"actors\": {\"room\": {\"script\": \"room.js\", \"unstable\": {\"noBundler\": true}}}}");
        write("room.js", "export default {   async start() {}   };\n");
        accept();

        assertThat(deploy().exit()).isZero();
        assertThat(server.requests().get(1).body()).isEqualTo("export default {   async start() {}   };\n");
    }

    private void accept() {
        prepared();
        server.answer("PUT /parts/1", 200, "")
                .answer("POST /builds/" + BUILD + "/complete", 200, "{}")
                .answer("PATCH /builds/" + BUILD + "/tags", 200, "{}");
    }

    private void prepared() {
        server.preparing("POST /builds/prepare", BUILD);
    }

    private String tarOf(String program) throws IOException {
        var archive = folder.resolve("archive.tar");
        Files.deleteIfExists(archive);
        rivet.cli.bundle.Archives.write(folder.resolve(program), archive);
        return Files.readString(archive, StandardCharsets.ISO_8859_1);
    }

    private Shell.Ran deploy(String... arguments) {
        var all = new java.util.ArrayList<>(java.util.List.of("deploy"));
        all.addAll(java.util.List.of(arguments));
        return new Shell(folder).at(server.uri()).run(all.toArray(String[]::new));
    }

    private static void assertRefused(Shell.Ran ran, int exit, String... said) {
        assertThat(ran.err()).contains(said);
        assertThat(ran.exit()).isEqualTo(exit);
        assertThat(ran.out()).isEmpty();
    }

    private void project(String json) throws IOException {
        write("rivet.json", json);
    }

    private void write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.resolve("..").normalize());
        Files.writeString(file, text);
    }

    private static String sourceMap(String bundle) {
        var mark = "base64,";
        var encoded = bundle.substring(bundle.lastIndexOf(mark) + mark.length()).strip();
        return new String(java.util.Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }

    private static String sha256(String latin) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256").digest(latin.getBytes(StandardCharsets.ISO_8859_1));
        return HexFormat.of().formatHex(digest).toLowerCase(Locale.ROOT);
    }
}
