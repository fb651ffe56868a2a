package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;
import static rivet.cli.StubControlPlane.BUILD;
import static rivet.cli.StubControlPlane.actor;
import static rivet.cli.StubControlPlane.oneActor;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

final class BuildCommandsTest {

    private static final String ROOM = """
            {"id": "%s", "name": "room", "created_at": "2026-01-02T03:04:05Z", "content_length": 2048,
             "sha256": "abcd", "tags": {"name": "room", "version": "1", "current": "true"}}""".formatted(BUILD);

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final Project project = new Project(() -> folder);

    @Test
    void build_is_shown_with_its_digest() {
        project.server().answer("GET /builds/" + BUILD, 200, "{\"build\": %s}".formatted(ROOM));

        assertThat(run("build", "get", BUILD).out()).startsWith("""
                        build    %s
                        name     room
                        size     2.0 KiB
                        digest   abcd
                        created  2026-01-02T03:04:05Z
                        tags     current=true,name=room,version=1
                        """.formatted(BUILD));
    }

    @Test
    void tags_are_set_and_taken_away_in_one_request() {
        project.server()
                .answer("PATCH /builds/%s/tags".formatted(BUILD), 200, "{}")
                .answer("GET /builds/" + BUILD, 200, "{\"build\": %s}".formatted(ROOM));

        var ran = run("build", "tag", BUILD, "stage=prod", "--remove", "canary", "--exclusive", "stage");

        assertThat(ran.exit()).isZero();
        assertThat(Wire.JSON.readTree(project.server().requests().getFirst().body()))
                .isEqualTo(Wire.JSON.readTree("""
                {"tags": {"stage": "prod", "canary": null}, "exclusive_tags": ["stage"]}"""));
    }

    @Test
    void rollback_by_name_is_from_the_current_build() {
        project.server()
                .answer("GET /builds", 200, "{\"builds\": [%s]}".formatted(ROOM))
                .answer("POST /builds/%s/rollback".formatted(BUILD), 200, "{\"build\": %s}".formatted(ROOM));

        var ran = run("build", "rollback", "room");

        assertThat(ran.out())
                .startsWith("room: build %1$s (version 1) is current again; it was %1$s\n".formatted(BUILD));
    }

    @Test
    void rollback_and_publish_upgrade_as_the_project_file_says_if_there_is_one() throws IOException {
        project.file("""
                {"actors": {"room": {"script": "src/room.ts", "upgrade": {"policy": "drain", "deadline": 9000}}}}""");
        project.write("src/room.ts", Project.ROOM);
        project.accept();
        olderBuildRuns();
        project.server().answer("POST /builds/%s/rollback".formatted(BUILD), 200, "{\"build\": %s}".formatted(ROOM));
        var rolledBack = run("build", "rollback", "room", "--upgrade");
        olderBuildRuns();
        var published = run("build", "publish", "room", "src/room.ts", "--upgrade");
        olderBuildRuns();
        run("build", "rollback", "room", "--upgrade", "--policy", "now");

        assertThat(rolledBack.exit()).as(rolledBack.err()).isZero();
        assertThat(published.exit()).as(published.err()).isZero();
        assertThat(project.server().requestLines().stream()
                        .filter(line -> line.startsWith("POST /actors/%s/upgrade ".formatted(ACTOR)))
                        .map(line -> line.replaceFirst("[^{]*", "")))
                .containsExactly(
                        "{\"build\":\"%s\",\"policy\":\"drain\",\"deadline\":9000}".formatted(BUILD),
                        "{\"build\":\"%s\",\"policy\":\"drain\",\"deadline\":9000}".formatted(BUILD),
                        "{\"build\":\"%s\",\"policy\":\"now\"}".formatted(BUILD));
    }

    @Test
    void project_file_that_is_wrong_is_told_before_anything_is_rolled_back() throws IOException {
        project.file("{\"actors\": 7}");

        Project.assertRefused(run("build", "rollback", "room", "--upgrade"), 2, "actors");

        assertThat(project.server().requests()).isEmpty();
    }

    private void olderBuildRuns() {
        var older = ROOM.replace(BUILD, ACTOR).replace("\"current\": \"true\"", "\"team\": \"a\"");
        project.server()
                .instead("GET /builds", 200, "{\"builds\": [%s]}".formatted(ROOM))
                .answer("GET /builds", 200, "{\"builds\": [%s, %s]}".formatted(ROOM, older))
                .instead(
                        "GET /actors",
                        200,
                        "{\"actors\": [%s], \"pagination\": {}}"
                                .formatted(actor("running").replace(BUILD, ACTOR)))
                .answer("POST /actors/%s/upgrade".formatted(ACTOR), 200, "{}")
                .answer("GET /actors/" + ACTOR, 200, oneActor("running"));
    }

    @Test
    void rollback_of_what_is_not_there_is_told() {
        project.server().answer("GET /builds", 200, "{\"builds\": []}");

        assertThat(run("build", "rollback", "romo").exit()).isEqualTo(3);
    }

    @Test
    void script_is_published_without_a_project_file() throws IOException {
        project.write("src/room.ts", Project.ROOM);
        project.accept();

        var ran = run("build", "publish", "room", "src/room.ts", "--version", "7", "-t", "team=games");

        assertThat(ran.err()).contains("room: uploaded in ");
        assertThat(ran.exit()).isZero();
        assertThat(project.server().requestLines().getLast())
                .isEqualTo(
                        "PATCH /builds/" + BUILD + "/tags {\"tags\":{\"team\":\"games\",\"name\":\"room\","
                                + "\"type\":\"actor\",\"current\":\"true\",\"version\":\"7\"},\"exclusive_tags\":[\"current\"]}");
    }

    @Test
    void bad_options_are_told_without_asking_the_server() {
        for (var bad : new String[] {
            "build get x",
            "build tag x a=b",
            "build tag " + BUILD,
            "build tag " + BUILD + " a=b --remove a",
            "build publish room gone.ts",
            "build publish room",
            "build publish"
        }) {
            assertThat(run(bad.split(" ", -1)).exit()).as(bad).isEqualTo(2);
        }
        assertThat(project.server().requests()).isEmpty();
    }

    private Shell.Ran run(String... arguments) {
        return new Shell(folder).at(project.server().uri()).run(arguments);
    }
}
