package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a script and its imports, with the real bundler. */
final class BundlingTest {

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final Project project = new Project(() -> folder);

    @Test
    void bundle_is_a_module_whose_map_names_the_authors_files() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"src/room.ts\"}}}");
        project.write("src/room.ts", Project.ROOM);
        project.accept();

        project.deploy();

        var bundle = project.server().requests().get(2).body();
        assertThat(bundle).contains("export{").doesNotContain("interface");
        assertThat(sourceMap(bundle)).contains("\"sources\":[\"src/room.ts\"]").doesNotContain(folder.toString());
    }

    @Test
    void entry_that_does_not_parse_is_told_with_its_place() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"src/room.ts\"}}}");
        project.write("src/room.ts", "const a = 1;\nexport default { async start( { }\n  let z = ;\n");

        Project.assertRefused(project.deploy(), 1, "error: src/room.ts:3:3: Expected \")\" but found \"let\"");
    }

    @Test
    void entry_without_a_default_export_is_told() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("room.ts", "export async function start() {}\n");

        Project.assertRefused(project.deploy(), 1, "error: room.ts has no default export");
    }

    @Test
    void imports_that_are_not_bundled_are_told_with_a_remedy() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");

        project.write("room.ts", "import x from \"npm:@scope/it@4/sub\";\nexport default x;\n");
        Project.assertRefused(
                project.deploy(),
                1,
                "room.ts:1:15: Could not resolve \"npm:@scope/it@4/sub\"",
                "run 'npm install @scope/it'");
        project.write("room.ts", "import x from \"jsr:@std/path@1\";\nexport default x;\n");
        Project.assertRefused(project.deploy(), 1, "run 'npx jsr add @std/path'");
        project.write("room.ts", "import x from \"not-installed/sub\";\nexport default x;\n");
        Project.assertRefused(project.deploy(), 1, "run 'npm install not-installed'");
        project.write("room.ts", "import x from \"./gone.ts\";\nexport default x;\n");
        Project.assertRefused(project.deploy(), 1, "room.ts:1:15: Could not resolve \"./gone.ts\"", "check the path");
        project.write("room.ts", "import x from \"https://example.com/x.ts\";\nexport default x;\n");
        Project.assertRefused(
                project.deploy(),
                1,
                "room.ts imports \"https://example.com/x.ts\", which cannot be put into the bundle");
    }

    @Test
    void modules_of_node_are_found_by_either_name_and_in_either_style() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("old.cjs", "const { join } = require(\"path\");\nmodule.exports = { at: join(\"a\", \"b\") };\n");
        project.write(
                "room.ts",
                "import fs from \"fs/promises\";\nimport old from \"./old.cjs\";\nexport default { fs, old, async start() {} };\n");
        project.accept();

        assertThat(project.deploy().exit()).isZero();

        assertThat(project.server().requests().get(2).body())
                .contains("from\"node:fs/promises\"", "createRequire", "(\"node:path\")");
    }

    @Test
    void what_a_package_would_use_if_it_were_there_is_left_out() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("old.cjs", "try { require(\"not-installed\"); } catch { module.exports = { without: true }; }\n");
        project.write("room.ts", "import old from \"./old.cjs\";\nexport default { old, async start() {} };\n");
        project.accept();

        var ran = project.deploy();

        assertThat(ran.exit()).as(ran.err()).isZero();
    }

    @Test
    void packages_are_installed_where_they_are_missing() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write(
                "lib/package.json",
                "{\"name\": \"greeting\", \"version\": \"1.0.0\", \"type\": \"module\", \"main\": \"index.js\"}");
        project.write("lib/index.js", "export const greeting = \"good morning\";\n");
        project.write("package.json", "{\"name\": \"room\", \"dependencies\": {\"greeting\": \"file:lib\"}}");
        project.write(
                "room.ts", "import { greeting } from \"greeting\";\nexport default { greeting, async start() {} };\n");
        project.accept();

        var first = project.deploy();
        var second = project.deploy();

        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.err())
                .startsWith("installing the packages of %s (npm install)…\n".formatted(folder.getFileName()));
        assertThat(second.err()).doesNotContain("installing");
        assertThat(project.server().requests().get(2).body()).contains("good morning");
    }

    @Test
    void missing_npm_comes_with_the_remedy() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("package.json", "{\"dependencies\": {\"greeting\": \"file:lib\"}}");
        project.write("room.ts", Project.ROOM);

        var ran = new Shell(folder)
                .with("RIVET_NPM", folder.resolve("no-npm").toString())
                .run("deploy");

        Project.assertRefused(ran, 1, "error: npm could not be started", "install Node.js");
    }

    @Test
    void lock_file_is_obeyed() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("package.json", "{\"name\": \"room\", \"dependencies\": {\"greeting\": \"file:lib\"}}");
        project.write(
                "package-lock.json",
                "{\"name\": \"room\", \"lockfileVersion\": 3, \"packages\": {\"\": {\"name\": \"room\"}}}");
        project.write("room.ts", Project.ROOM);

        Project.assertRefused(project.deploy(), 1, "npm ci failed in ");
    }

    @Test
    void package_file_that_is_broken_is_told_with_its_place() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.ts\"}}}");
        project.write("package.json", "{\n  \"dependencies\" {}\n}");
        project.write("room.ts", Project.ROOM);

        Project.assertRefused(project.deploy(), 2, "error: package.json:2:");
    }

    @Test
    void script_that_is_not_to_be_bundled_goes_as_it_is() throws IOException {
        project.file("{\"actors\": {\"room\": {\"script\": \"room.js\", \"unstable\": {\"noBundler\": true}}}}");
        project.write("room.js", "export default {   async start() {}   };\n");
        project.accept();

        assertThat(project.deploy().exit()).isZero();
        assertThat(project.server().requests().get(2).body()).isEqualTo("export default {   async start() {}   };\n");
    }

    private static String sourceMap(String bundle) {
        var mark = "base64,";
        var encoded = bundle.substring(bundle.lastIndexOf(mark) + mark.length()).strip();
        return new String(java.util.Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }
}
