package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins, projects, environments, tokens, routes and the audit. */
final class TenancyCommandsTest {

    private static final String TOKEN = """
            {"id": "%s", "name": "ci", "prefix": "rvt_0123", "scopes": ["deploy"], "everywhere": false, "project": "default",
             "environment": "prod", "created_at": "2026-01-02T03:04:05Z"}""".formatted(ACTOR);
    private static final String ENVIRONMENTS = """
            {"environments": [{"id": "1", "slug": "default", "created_at": "2026-01-02T03:04:05Z"},
                              {"id": "2", "slug": "prod", "created_at": "2026-01-02T03:04:05Z"}]}""";

    @TempDir
    Path folder = Path.of("");

    @AutoClose
    private final StubControlPlane server = new StubControlPlane(0);

    @AutoClose
    private final StubControlPlane other = new StubControlPlane(0);

    @Test
    void login_is_kept_for_later_commands_in_a_file_of_the_owners() throws IOException {
        server.answer("GET /projects", 200, "{\"projects\": []}").answer("GET /regions", 200, "{\"regions\": []}");

        var ran = home().piping("secret\n")
                .run("login", "--endpoint", server.uri().toString());
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).startsWith("logged in to ").doesNotContain("secret");
        home().run("region", "list");

        assertThat(server.requests())
                .extracting(request -> request.headers().get("Authorization"))
                .containsExactly(List.of("Bearer secret"), List.of("Bearer secret"));
        var file = folder.resolve("rivet/settings.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void variables_win_and_a_stored_token_goes_to_its_own_server_only() {
        server.answer("GET /projects", 200, "{\"projects\": []}").answer("GET /regions", 200, "{\"regions\": []}");
        other.answer("GET /regions", 200, "{\"regions\": []}");
        home().piping("secret\n").run("login", "--endpoint", server.uri().toString());

        home().at(other.uri()).run("region", "list");
        home().with("RIVET_TOKEN", "mine").run("region", "list");

        assertThat(other.requests().getFirst().headers()).doesNotContainKey("Authorization");
        assertThat(server.requests().getLast().headers().get("Authorization")).containsExactly("Bearer mine");
    }

    @Test
    void token_that_is_refused_is_not_stored() {
        server.answer("GET /projects", 401, "{\"code\": \"API_UNAUTHORIZED\", \"message\": \"no\", \"ray_id\": \"r\"}");

        assertThat(home().piping("wrong\n")
                        .run("login", "--endpoint", server.uri().toString())
                        .exit())
                .isEqualTo(4);
        assertThat(folder.resolve("rivet")).doesNotExist();
        assertThat(home().piping("")
                        .run("login", "--endpoint", server.uri().toString())
                        .err())
                .startsWith("error: no token was given");
    }

    @Test
    void logout_forgets() {
        server.answer("GET /projects", 200, "{\"projects\": []}");
        home().run("login", "--no-token", "--endpoint", server.uri().toString());

        assertThat(home().run("logout").out()).startsWith("logged out; ");
        assertThat(home().run("logout").out()).startsWith("nobody was logged in");
        assertThat(folder.resolve("rivet/settings.json")).doesNotExist();
    }

    @Test
    void without_a_home_there_is_nothing_to_store_in() {
        assertThat(new Shell(folder).run("logout").err())
                .startsWith("error: there is no folder for settings (expected: HOME");
    }

    @Test
    void settings_that_cannot_be_read_are_told_with_what_to_do() throws IOException {
        Files.createDirectories(folder.resolve("rivet"));
        Files.writeString(folder.resolve("rivet/settings.json"), "{");

        var ran = home().run("actor", "list");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).contains("code: SETTINGS_INVALID", "remove it, and log in again");
    }

    @Test
    void selected_environment_goes_with_later_requests() {
        server.answer("GET /projects/default/environments", 200, ENVIRONMENTS)
                .answer("GET /regions", 200, "{\"regions\": []}");

        assertThat(home().at(server.uri()).run("env", "select", "pord").err())
                .startsWith("error: project default has no environment 'pord' (it has: default, prod)");
        assertThat(home().at(server.uri()).run("env", "select", "prod").exit()).isZero();
        home().run("region", "list");

        assertThat(server.requestLines().getLast()).isEqualTo("GET /regions?project=default&environment=prod");
        assertThat(home().run("env", "list").out()).contains("prod *");
    }

    @Test
    void projects_and_environments_are_made_and_removed() {
        server.answer(
                        "POST /projects",
                        200,
                        "{\"project\": {\"id\": \"1\", \"slug\": \"games\", \"created_at\": \"2026-01-02T03:04:05Z\"}}")
                .answer(
                        "POST /projects/games/environments",
                        200,
                        "{\"environment\": {\"id\": \"1\", \"slug\": \"prod\", \"created_at\": \"2026-01-02T03:04:05Z\"}}")
                .answer("DELETE /projects/games/environments/prod", 200, "{}")
                .answer("DELETE /projects/games", 200, "{}");
        var shell = new Shell(folder).at(server.uri()).with("RIVET_PROJECT", "games");

        assertThat(List.of(
                        shell.run("project", "create", "games").exit(),
                        shell.run("env", "create", "prod").exit(),
                        shell.run("env", "delete", "prod").exit(),
                        shell.run("project", "delete", "games").exit()))
                .containsExactly(0, 0, 0, 0);
        assertThat(server.requestLines())
                .extracting(line -> line.replaceAll("\\?[^ ]*", ""))
                .containsExactly(
                        "POST /projects {\"slug\":\"games\"}",
                        "POST /projects/games/environments {\"slug\":\"prod\"}",
                        "DELETE /projects/games/environments/prod",
                        "DELETE /projects/games");
    }

    @Test
    void token_is_made_and_its_secret_shown() {
        server.answer("POST /tokens", 200, "{\"token\": %s, \"secret\": \"rvt_0123_abcd\"}".formatted(TOKEN));

        var ran = at().run("token", "create", "ci", "--scopes", "deploy,read", "--expires-in", "2d");

        assertThat(server.requestLines())
                .containsExactly(
                        "POST /tokens {\"name\":\"ci\",\"scopes\":[\"deploy\",\"read\"],\"expires_at\":\"2026-01-04T03:04:05Z\"}");
        assertThat(ran.out()).contains("secret   rvt_0123_abcd\n", "shown here and never again");
    }

    @Test
    void tokens_are_listed_and_revoked() {
        server.answer("GET /tokens", 200, "{\"tokens\": [%s]}".formatted(TOKEN))
                .answer("DELETE /tokens/" + ACTOR, 200, "{}");

        assertThat(at().run("token", "list").out())
                .contains(ACTOR + "  ci    deploy  default/prod  never    never      rvt_0123");
        assertThat(at().run("token", "revoke", ACTOR).exit()).isZero();
        assertThat(at().run("token", "revoke", "rvt_secret").err()).doesNotContain("rvt_secret");
    }

    @Test
    void audit_shows_who_did_what() {
        server.answer("GET /audit", 200, """
                {"entries": [{"id": "1", "at": "2026-01-02T03:04:05Z", "token_name": "ci", "operation": "DELETE /actors/{id}",
                  "target": "/actors/x", "project": "default", "environment": "prod", "address": "10.0.0.1", "outcome": "ok",
                  "ray_id": "r1"}], "pagination": {"cursor": "c"}}""");

        assertThat(at().run("audit").out()).isEqualTo("""
                        WHEN                  WHO  FROM      WHAT              WHERE         OUTCOME  RAY
                        2026-01-02T03:04:05Z  ci   10.0.0.1  DELETE /actors/x  default/prod  ok       r1

                        Next:
                          rivet audit --cursor c
                        """);
    }

    @Test
    void routes_are_set_listed_and_removed() {
        server.answer("PUT /routes/api", 200, "{}")
                .answer("DELETE /routes/api", 200, "{}")
                .answer("GET /routes", 200, """
                        {"routes": [{"id": "api", "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
                          "hostname": "example.com", "path": "/api", "route_subpaths": true, "strip_prefix": true,
                          "target": {"actors": {"selector_tags": {"name": "api"}}}}]}""");

        at().run("route", "set", "api", "--host", "example.com", "--path", "/api", "-t", "name=api");
        assertThat(at().run("route", "list").out()).isEqualTo("""
                        ROUTE  HOST         PATH  BELOW IT  STRIPPED  ACTORS WITH
                        api    example.com  /api  yes       yes       name=api
                        """);
        at().run("route", "delete", "api");

        assertThat(server.requestLines())
                .containsExactly(
                        "PUT /routes/api {\"hostname\":\"example.com\",\"path\":\"/api\",\"strip_prefix\":true,\"route_subpaths\":true,"
                                + "\"target\":{\"actors\":{\"selector_tags\":{\"name\":\"api\"}}}}",
                        "GET /routes",
                        "DELETE /routes/api");
    }

    @Test
    void bad_options_are_told_without_asking_the_server() {
        for (var bad : List.of(
                "token create ci",
                "token create ci --scopes root",
                "token create ci --scopes read --expires-in soon",
                "token revoke x",
                "project create Games",
                "project delete ../x",
                "env create a--b",
                "env select ..",
                "route set api -t name=api",
                "route set api --host h",
                "route set A --host h -t a=b",
                "route set api --host h -t a=b --path api",
                "route delete ..")) {
            assertThat(at().run(bad.split(" ", -1)).exit()).as(bad).isEqualTo(2);
        }
        assertThat(server.requests()).isEmpty();
    }

    private Shell at() {
        return new Shell(folder).at(server.uri());
    }

    private Shell home() {
        return new Shell(folder).with("XDG_CONFIG_HOME", folder.toString());
    }
}
