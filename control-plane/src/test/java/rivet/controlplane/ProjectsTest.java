package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@PostgresTest
class ProjectsTest {

    private static TestDatabase database;
    private static ControlPlane controlPlane;
    private static ControlPlane replica;
    private static Api api;
    private static PrivateApi admin;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        controlPlane = ControlPlane.start(PrivateApi.properties(database));
        replica = ControlPlane.start(PrivateApi.properties(database));
        api = new Api(controlPlane.uri());
        admin = new PrivateApi(api, PrivateApi.BOOTSTRAP);
    }

    @AfterAll
    static void stop() {
        api.close();
        controlPlane.close();
        replica.close();
    }

    @Test
    void a_project_and_its_environments_come_and_go() {
        var project =
                Api.require(admin.post("/projects", "{\"slug\":\"game\"}")).body();
        assertThat(project.at("/project/slug").asString()).isEqualTo("game");
        assertThat(project.at("/project/id").asString()).isNotEmpty();
        assertThat(project.at("/project/created_at").asString()).isNotEmpty();
        Api.require(admin.post("/projects/game/environments", "{\"slug\":\"live\"}"));
        Api.require(admin.post("/projects/game/environments", "{\"slug\":\"beta\"}"));
        assertThat(slugs("/projects", "projects")).contains("default", "game");
        assertThat(slugs("/projects/game/environments", "environments")).containsExactly("beta", "live");
        assertThat(admin.get("/builds?project=game&environment=live").status()).isEqualTo(200);

        var full = admin.delete("/projects/game");
        assertThat(full.status()).isEqualTo(409);
        assertThat(full.code()).isEqualTo("PROJECT_NOT_EMPTY");

        Api.require(admin.delete("/projects/game/environments/live"));
        Api.require(admin.delete("/projects/game/environments/beta"));
        Api.require(admin.delete("/projects/game"));
        assertThat(admin.delete("/projects/game").code()).isEqualTo("PROJECT_NOT_FOUND");
        assertThat(admin.get("/projects/game/environments").code()).isEqualTo("PROJECT_NOT_FOUND");
    }

    @Test
    void a_deleted_environment_is_gone_on_every_replica_and_its_successor_is_another() {
        admin.environment("moving", "live");
        try (var elsewhere = new Api(replica.uri())) {
            var there = new PrivateApi(elsewhere, PrivateApi.BOOTSTRAP);
            var live = "/builds?project=moving&environment=live";
            assertThat(there.get(live).status()).isEqualTo(200);

            Api.require(admin.delete("/projects/moving/environments/live"));
            assertThat(there.get(live).code()).isEqualTo("ENVIRONMENT_NOT_FOUND");

            Api.require(admin.post("/projects/moving/environments", "{\"slug\":\"live\"}"));
            var prepared = there.post(
                    "/builds/prepare?project=moving&environment=live",
                    "{\"image_file\":{\"path\":\"a.js\",\"content_length\":3},\"kind\":\"javascript\"}");
            assertThat(prepared.status()).isEqualTo(200);
        }
    }

    @Test
    void an_environment_with_anything_in_it_stays_and_an_empty_one_takes_its_tokens_along() {
        admin.environment("full", "live");
        var reader = admin.as(admin.issue("full/live", "read"));
        var build = Api.require(admin.post(
                "/builds/prepare?project=full&environment=live",
                "{\"image_file\":{\"path\":\"a.js\",\"content_length\":3},\"kind\":\"javascript\"}"));

        var refused = admin.delete("/projects/full/environments/live");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("ENVIRONMENT_NOT_EMPTY");
        assertThat(reader.get("/builds").status()).isEqualTo(200);

        database.jdbc()
                .sql("delete from build where id = cast(:id as uuid)")
                .param("id", build.body().path("build").asString())
                .update();
        Api.require(admin.delete("/projects/full/environments/live"));
        assertThat(reader.get("/builds").code()).isEqualTo("API_UNAUTHORIZED");
    }

    @Test
    void what_is_added_while_its_environment_is_deleted_is_refused() throws Exception {
        admin.environment("going", "live");
        try (var connection = DriverManager.getConnection(database.url(), database.user(), database.password());
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(
                    "delete from environment where slug = 'live' and project_id = (select id from project where slug = 'going')");
            var adding = CompletableFuture.supplyAsync(() -> admin.post(
                    "/builds/prepare?project=going&environment=live",
                    "{\"image_file\":{\"path\":\"a.js\",\"content_length\":3},\"kind\":\"javascript\"}"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> database.jdbc()
                                    .sql(
                                            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
                                    .query(Long.class)
                                    .single()
                            > 0);
            connection.commit();

            assertThat(adding.get(20, TimeUnit.SECONDS).code()).isEqualTo("ENVIRONMENT_NOT_FOUND");
        }
    }

    @Test
    void slugs_are_taken_once() {
        admin.environment("taken", "live");

        var project = admin.post("/projects", "{\"slug\":\"taken\"}");
        var environment = admin.post("/projects/taken/environments", "{\"slug\":\"live\"}");

        assertThat(project.status()).isEqualTo(409);
        assertThat(project.code()).isEqualTo("PROJECT_ALREADY_EXISTS");
        assertThat(environment.status()).isEqualTo(409);
        assertThat(environment.code()).isEqualTo("ENVIRONMENT_ALREADY_EXISTS");
        assertThat(admin.post("/projects/none/environments", "{\"slug\":\"live\"}")
                        .code())
                .isEqualTo("PROJECT_NOT_FOUND");
    }

    @Test
    void the_default_environment_stays() {
        assertThat(admin.delete("/projects/default/environments/default").code())
                .isEqualTo("ENVIRONMENT_IS_DEFAULT");
        assertThat(admin.delete("/projects/default").code()).isEqualTo("PROJECT_NOT_EMPTY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"slug\":\"\"}", "{\"slug\":\"A\"}", "{\"slug\":\"-a\"}", "{\"slug\":\"a/b\"}"})
    void a_slug_that_is_none_is_named_and_nothing_is_made(String body) {
        var before = database.count("project") + database.count("environment");

        assertThat(admin.post("/projects", body).field()).isEqualTo("slug");
        assertThat(admin.post("/projects/default/environments", body).field()).isEqualTo("slug");
        assertThat(database.count("project") + database.count("environment")).isEqualTo(before);
    }

    @Test
    void a_token_of_one_environment_sees_nothing_else() {
        admin.environment("mine", "live");
        admin.environment("mine", "beta");
        var live = admin.as(admin.issue("mine/live", "admin"));

        assertThat(slugs(live, "/projects", "projects")).containsExactly("mine");
        assertThat(slugs(live, "/projects/mine/environments", "environments")).containsExactly("live");
        assertThat(live.get("/projects/default/environments").code()).isEqualTo("PROJECT_NOT_FOUND");
        assertThat(live.post("/projects", "{\"slug\":\"more\"}").code()).isEqualTo("API_FORBIDDEN");
        assertThat(live.delete("/projects/mine/environments/beta").code()).isEqualTo("API_FORBIDDEN");
    }

    @Test
    void in_development_access_all_of_it_works_without_a_token(TestDatabase shared) {
        var properties = PrivateApi.properties(shared, "rivet.auth.access", "development");
        try (var development = ControlPlane.start(properties);
                var open = new Api(development.uri())) {
            Api.require(open.post("/projects", "{\"slug\":\"dev\"}"));
            Api.require(open.post("/projects/dev/environments", "{\"slug\":\"one\"}"));
            var here = Api.require(open.post("/tokens", "{\"name\":\"x\",\"scopes\":[\"read\"]}"));
            var there = Api.require(
                    open.post("/tokens?project=dev&environment=one", "{\"name\":\"x\",\"scopes\":[\"read\"]}"));

            assertThat(here.body().at("/token/project").asString()).isEqualTo("default");
            assertThat(there.body().at("/token/project").asString()).isEqualTo("dev");
            assertThat(admin.as(there.body().path("secret").asString())
                            .get("/builds")
                            .status())
                    .isEqualTo(200);
        }
    }

    private static Iterable<String> slugs(String path, String list) {
        return slugs(admin, path, list);
    }

    private static Iterable<String> slugs(PrivateApi by, String path, String list) {
        return Api.require(by.get(path))
                .body()
                .path(list)
                .valueStream()
                .map((JsonNode entry) -> entry.path("slug").asString())
                .toList();
    }
}
