package rivet.cli.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import rivet.cli.terminal.Failure;
import rivet.protocol.api.UpgradePolicyView;

final class ProjectFileTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void script_with_everything_said_about_it() throws IOException {
        var project = read("""
                {
                  // comments pass,
                  "$schema": "docs/reference/rivet.schema.json",
                  "actors": {
                    "room": {
                      "script": "src/room.ts",
                      "tags": { "team": "games", "name": "room" },
                      "access": "public",
                      "start_timeout": 20000,
                      "unstable": {
                        "minify": false, "compression": "none", "analyze_result": true,
                        "esbuild_log_level": "warning", "dumpBuild": true, "noBundler": true,
                      }, /* and so do trailing commas */
                    },
                  },
                }
                """);

        assertThat(project.builds())
                .containsExactly(new Build.Script(
                        "room",
                        new Place(5, 5),
                        Map.of("team", "games", "name", "room"),
                        20_000L,
                        null,
                        "src/room.ts",
                        new Place(6, 7),
                        new Build.Bundling(false, "none", true, "warning", true, true)));
    }

    @Test
    void both_names_of_the_section_and_both_kinds_of_build() throws IOException {
        var project = read("""
                {"builds": {"a": {"script": "a.ts"}},
                 "actors": {"b": {"executable": "b", "tags": {"x": "y"}}}}""");

        assertThat(project.builds())
                .containsExactly(
                        new Build.Script(
                                "a",
                                new Place(1, 13),
                                Map.of(),
                                null,
                                null,
                                "a.ts",
                                new Place(1, 19),
                                new Build.Bundling(true, "none", false, "error", false, false)),
                        new Build.Executable(
                                "b", new Place(2, 13), Map.of("x", "y"), null, null, "b", new Place(2, 19)));
    }

    @Test
    void what_cannot_be_deployed_yet_is_read_all_the_same() throws IOException {
        var project = read("""
                {
                  "actors": {"image": {"image": "me/it:1", "unstable": {"allow_root": true}}},
                  "containers": {"box": {"dockerfile": "Dockerfile", "build_path": ".", "buildTarget": "run",
                      "buildArgs": {"A": "1"}, "unstable": {"buildMethod": "native", "bundle": "dockerImage"}}},
                  "functions": {"site": {"script": "site.ts", "path": "/site", "route_subpaths": true, "stripPrefix": false,
                      "networking": {"internal_port": 80}, "runtime": {"environment": {"A": "1"}},
                      "resources": {"cpu": 500, "memory": 128}}},
                  "rivetkit": {"registry": "registry.ts", "server": "server.ts"},
                  "unstable": {"manager": {"enable": false}}
                }
                """);

        assertThat(project.builds())
                .hasOnlyElementsOfType(Build.NotYet.class)
                .extracting(Build::name)
                .containsExactly("image", "box", "site", "rivetkit");
    }

    /** The mark ▶ is not part of the text: it shows the place that is to be told. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("▶", "the file is empty (expected: an object)"),
                mistake("▶[]", "the file: a list (expected: an object)"),
                mistake("▶{}", "nothing to build (expected: 'actors' with at least one entry)"),
                mistake("{} ▶{}", "something follows the end of the object"),
                mistake("{\n  ▶\"actor\": {}\n}", "unknown key 'actor' (did you mean 'actors'?)"),
                mistake(
                        "{\"actors\": {\n  \"a\": {▶\"scirpt\": \"a.ts\"}}}",
                        "unknown key 'scirpt' in actors.a (did you mean 'script'?)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\",\n\"unstable\": {▶\"mini_fy\": true}}}}",
                        "unknown key 'mini_fy' in actors.a.unstable (did you mean 'minify'?)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", ▶\"zebra\": 1}}}",
                        "unknown key 'zebra' in actors.a"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": ▶7}}}",
                        "actors.a.script: 7 (expected: a text that is not empty)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": ▶\"\"}}}",
                        "actors.a.script: \"\" (expected: a text that is not empty)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": ▶null}}}",
                        "actors.a.script: null (expected: a text that is not empty)"),
                mistake("{\"actors\": ▶[\"a\"]}", "actors: a list (expected: an object)"),
                mistake("{\"actors\": {\"a\": ▶\"a.ts\"}}", "actors.a: \"a.ts\" (expected: an object)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", \"tags\": {\"n\": ▶1.5}}}}",
                        "actors.a.tags.n: 1.5 (expected: a text)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", \"unstable\": {\"minify\": ▶\"yes\"}}}}",
                        "actors.a.unstable.minify: \"yes\" (expected: true or false)"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", \"unstable\": {\"compression\": ▶\"zip\"}}}}",
                        "actors.a.unstable.compression: \"zip\" (expected: \"none\" or \"lz4\")"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", \"startTimeout\": ▶99}}}",
                        "actors.a.startTimeout: 99 (expected: a whole number from 100 to 3600000)"),
                mistake(
                        "{\"functions\": {\"f\": {\"networking\": {\"internalPort\": ▶70000}}}}",
                        "functions.f.networking.internalPort: 70000" + " (expected: a whole number from 1 to 65535)"),
                mistake(
                        "{\"functions\": {\"f\": {▶\"path\": \"/x/\"}}}",
                        "functions.f.path: \"/x/\" (expected: no '/' at the end)"),
                mistake(
                        "{\"actors\": {\n ▶\"a\": {\"tags\": {}}}}",
                        "build 'a' says nothing of what to build"
                                + " (expected: one of 'script', 'jar', 'executable' and 'image' or 'dockerfile')"),
                mistake(
                        "{\"actors\": {\"a\": ▶{\"script\": \"a.ts\", \"executable\": \"a\"}}}",
                        "build 'a' says more than one thing to build"
                                + " (expected: one of 'script', 'jar', 'executable' and 'image' or 'dockerfile')"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", ▶\"script\": \"b.ts\"}}}",
                        "'script' stands here twice"),
                mistake(
                        "{\"functions\": {\"f\": {\"stripPrefix\": true, ▶\"strip_prefix\": true}}}",
                        "'functions.f.stripPrefix' stands here twice, in two spellings"),
                mistake(
                        "{\"builds\": {\"a\": {\"script\": \"a.ts\"}},\n\"actors\": {▶\"a\": {\"script\": \"a.ts\"}}}",
                        "a build 'a' stands here twice, in two sections"),
                mistake(
                        "{\"actors\": {\"a\": {\"script\": \"a.ts\", \"tags\": {▶\"current\": \"false\"}}}}",
                        "tag 'current' of build 'a': \"false\" (deploy sets this one itself)"));
    }

    private static Arguments mistake(String marked, String message) {
        var before = marked.substring(0, marked.indexOf('▶'));
        int line = 1 + (int) before.chars().filter(letter -> letter == '\n').count();
        int column = before.length() - before.lastIndexOf('\n');
        return Arguments.of(marked.replace("▶", ""), "rivet.json:%d:%d: %s".formatted(line, column, message));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistake_is_told_with_its_place(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(Failure.class).hasMessage(message);
    }

    @Test
    void text_that_is_not_json_is_told_with_its_place() {
        assertThatThrownBy(() -> read("{\n  \"actors\": {\n    \"a\" {}\n  }\n}"))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("rivet.json:3:9: ");
    }

    @Test
    void two_project_files_are_one_too_many() throws IOException {
        Files.writeString(folder.resolve("rivet.json"), "{}");
        Files.writeString(folder.resolve("rivet.jsonc"), "{}");

        assertThatThrownBy(() -> ProjectFile.find(folder))
                .hasMessageContaining("both rivet.json and rivet.jsonc are in ");
    }

    @Test
    void no_project_file_is_one_too_few() {
        assertThatThrownBy(() -> ProjectFile.find(folder)).hasMessageStartingWith("no rivet.json in ");
    }

    @Test
    void jsonc_is_found_too() throws IOException {
        Files.writeString(folder.resolve("rivet.jsonc"), "{\"actors\": {\"a\": {\"script\": \"a.ts\"}}}");

        assertThat(ProjectFile.find(folder).builds()).extracting(Build::name).containsExactly("a");
    }

    @Test
    void policy_of_upgrades_is_read_and_what_makes_no_sense_is_told() throws IOException {
        assertThat(upgrade("{\"policy\": \"when_idle\", \"deadline\": 60000, \"at_deadline\": \"drain\"}"))
                .isEqualTo(new UpgradePolicyView("when_idle", 60_000L, "drain"));
        assertThat(upgrade("{\"policy\": \"now\"}")).isEqualTo(new UpgradePolicyView("now", null, null));

        assertThatThrownBy(() -> upgrade("{}"))
                .hasMessageContaining(
                        "rivet.json:1:48: actors.a.upgrade.policy: missing (expected: one of now, drain,");
        assertThatThrownBy(() -> upgrade("{\"policy\": \"soon\"}"))
                .hasMessageContaining("actors.a.upgrade.policy: \"soon\"");
        assertThatThrownBy(() -> upgrade("{\"policy\": \"drain\", \"deadline\": 7200001}"))
                .hasMessageContaining("(expected: a whole number from 0 to 7200000)");
        assertThatThrownBy(() -> upgrade("{\"policy\": \"now\", \"deadline\": 1}"))
                .hasMessageContaining("actors.a.upgrade.deadline: given (expected: with drain and when_idle only)");
        assertThatThrownBy(() -> upgrade("{\"policy\": \"drain\", \"atDeadline\": \"now\"}"))
                .hasMessageContaining("actors.a.upgrade.atDeadline: given (expected: with when_idle only)");
    }

    private @Nullable UpgradePolicyView upgrade(String upgrade) throws IOException {
        return read("{\"actors\": {\"a\": {\"script\": \"a.ts\", \"upgrade\": %s}}}".formatted(upgrade))
                .builds()
                .getFirst()
                .upgrade();
    }

    @Test
    void name_that_is_not_there_is_answered_with_the_nearest() throws IOException {
        var project = read("{\"actors\": {\"counter\": {\"script\": \"a.ts\"}}}");

        assertThatThrownBy(() -> project.named(List.of("conter")))
                .hasMessage("no build 'conter' in rivet.json (did you mean 'counter'?)");
    }

    @Test
    void example_file_is_complete_and_right() {
        var project = ProjectFile.read(Path.of("..", "rivet.json.example"));

        assertThat(project.builds())
                .extracting(Build::name)
                .containsExactly("room", "lobby", "recorder", "renderer", "site", "rivetkit");
    }

    private ProjectFile read(String text) throws IOException {
        var file = Files.writeString(folder.resolve("rivet.json"), text);
        return ProjectFile.read(file);
    }
}
