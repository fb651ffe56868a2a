package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@PostgresTest
class AuditTest {

    private static final String HERE = "?project=default&environment=default";
    private static final String UPLOAD =
            "{\"image_file\":{\"path\":\"a.js\",\"content_length\":3},\"kind\":\"javascript\"}";

    private static TestDatabase database;
    private static ControlPlane controlPlane;
    private static Api api;
    private static PrivateApi admin;

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        controlPlane = ControlPlane.start(PrivateApi.properties(database));
        api = new Api(controlPlane.uri());
        admin = new PrivateApi(api, PrivateApi.BOOTSTRAP);
        admin.environment("shop", "live");
    }

    @AfterAll
    static void stop() {
        api.close();
        controlPlane.close();
    }

    @Test
    void a_change_is_told_with_who_what_where_and_how_it_ended() {
        var issued = admin.issued("default/default", "deploy");
        var deployer = admin.as(issued.body().path("secret").asString());

        var prepared = Api.require(deployer.post("/builds/prepare", UPLOAD));

        var entry = newest();
        assertThat(entry.path("token_id").asString()).isEqualTo(PrivateApi.id(issued));
        assertThat(entry.path("token_name").asString()).isEqualTo("of a test");
        assertThat(entry.path("operation").asString()).isEqualTo("POST /builds/prepare");
        assertThat(entry.path("target").asString())
                .isEqualTo("/builds/" + prepared.body().path("build").asString());
        assertThat(entry.path("project").asString()).isEqualTo("default");
        assertThat(entry.path("environment").asString()).isEqualTo("default");
        assertThat(entry.path("address").asString()).isEqualTo("127.0.0.1");
        assertThat(entry.path("outcome").asString()).isEqualTo("ok");
        assertThat(entry.path("ray_id").asString())
                .isEqualTo(prepared.raw().headers().firstValue("rvt-ray-id").orElseThrow());
    }

    @Test
    void what_was_refused_is_told_with_its_code() {
        var reader = admin.as(admin.issue("default/default", "read"));
        var path = "/actors/00000000-0000-4000-8000-000000000000";

        admin.delete(path + HERE);
        assertThat(newest().path("operation").asString()).isEqualTo("DELETE /actors/{id}");
        assertThat(newest().path("target").asString()).isEqualTo(path);
        assertThat(newest().path("outcome").asString()).isEqualTo("ACTOR_NOT_FOUND");

        reader.delete(path);
        assertThat(newest().path("token_name").asString()).isEqualTo("of a test");
        assertThat(newest().path("outcome").asString()).isEqualTo("API_FORBIDDEN");

        reader.get(path + "/kv?prefix=1");
        assertThat(newest().path("target").asString()).isEqualTo(path + "/kv?prefix=1");
        assertThat(newest().path("outcome").asString()).isEqualTo("API_FORBIDDEN");
    }

    @Test
    void what_nobody_could_have_named_is_told_as_well() {
        for (var project : List.of("%00", "x".repeat(100_000))) {
            admin.post("/projects/" + project + "/environments", "{\"slug\":\"a5\"}");
            assertThat(newest().path("operation").asString()).isEqualTo("POST /projects/{project}/environments");
            assertThat(newest().path("target").asString())
                    .startsWith("/projects/")
                    .hasSizeLessThanOrEqualTo(512);
            assertThat(newest().path("outcome").asString()).isEqualTo("PROJECT_NOT_FOUND");
        }
    }

    @Test
    void looking_and_knocking_without_a_token_leave_no_trace() {
        var before = database.count("audit_entry");

        admin.get("/tokens");
        admin.get("/actors" + HERE);
        admin.as("not-a-token-at-all-but-as-long-as-one-has-to-be").post("/builds/prepare" + HERE, UPLOAD);

        assertThat(database.count("audit_entry")).isEqualTo(before);
    }

    @Test
    void a_change_and_its_entry_are_in_one_transaction(TestDatabase shared) {
        var builder = admin.as(admin.issue("default/default", "admin"));
        shared.jdbc().sql("""
                create function no_entry() returns trigger language plpgsql as
                $$ begin raise exception 'the audit trail is full'; end $$
                """).update();
        shared.jdbc()
                .sql("create trigger no_entry before insert on audit_entry for each row execute function no_entry()")
                .update();
        try {
            var tokens = database.count("api_token");
            var answer = builder.post("/tokens", "{\"name\":\"never\",\"scopes\":[\"read\"]}");

            assertThat(answer.status()).isEqualTo(500);
            assertThat(database.count("api_token")).isEqualTo(tokens);
        } finally {
            shared.jdbc().sql("drop trigger no_entry on audit_entry").update();
        }
    }

    @Test
    void a_create_is_told_in_the_transaction_that_made_the_actor(TestDatabase shared) {
        var properties = PrivateApi.properties(shared, "rivet.auth.access", "development");
        try (var development = ControlPlane.start(properties);
                var open = new Api(development.uri())) {
            var build = open.build("a.js", "{\"name\":\"audited\"}");
            var actor = Api.require(open.post("/actors", "{\"tags\":{},\"build\":\"%s\"}".formatted(build)))
                    .body()
                    .at("/actor/id")
                    .asString();

            assertThat(newest().path("operation").asString()).isEqualTo("POST /actors");
            assertThat(newest().path("target").asString()).isEqualTo("/actors/" + actor);
            assertThat(newest().path("token_name").asString()).isEqualTo("development");
            assertThat(newest().has("token_id")).isFalse();
            assertThat(shared.jdbc()
                            .sql("""
                                    select count(*) from audit_entry e join actor a on e.target = '/actors/' || a.id
                                    where e.xmin = a.xmin and a.id = cast(:actor as uuid)
                                    """)
                            .param("actor", actor)
                            .query(Long.class)
                            .single())
                    .as("written by the same transaction")
                    .isEqualTo(1);
        }
    }

    @Test
    void pages_hold_each_entry_once_and_only_of_the_environment_that_is_meant() {
        var live = admin.as(admin.issue("shop/live", "admin"));
        for (var i = 0; i < 120; i++) {
            live.post("/builds/prepare", UPLOAD);
        }

        var seen = all(live, "/audit");

        assertThat(seen).hasSizeGreaterThanOrEqualTo(120).doesNotHaveDuplicates();
        assertThat(all(admin, "/audit?project=shop&environment=live")).containsExactlyElementsOf(seen);
        assertThat(all(admin, "/audit")).hasSizeGreaterThan(seen.size()).containsAll(seen);
        assertThat(live.get("/audit" + HERE).code()).isEqualTo("PROJECT_NOT_FOUND");
        assertThat(admin.get("/audit?cursor=x").field()).isEqualTo("cursor");
    }

    @Test
    void old_entries_and_too_many_are_removed(TestDatabase shared) {
        for (var i = 0; i < 10; i++) {
            admin.issue("default/default", "read");
        }
        shared.jdbc().sql("""
                update audit_entry set at = at - interval '91 days' where id < (select max(id) - 6 from audit_entry)
                """).update();
        var properties = PrivateApi.properties(shared, "rivet.audit.max-entries", 5);
        properties.put("rivet.loops.prune-interval", "100ms");

        try (var pruning = ControlPlane.start(properties)) {
            assertThat(pruning.uri()).isNotNull();
            await().atMost(Duration.ofSeconds(20)).until(() -> shared.count("audit_entry") <= 5);
        }
        assertThat(newest().path("operation").asString()).isEqualTo("POST /tokens");
    }

    @Test
    void a_balancers_word_for_the_address_counts_only_where_it_is_believed(TestDatabase shared) {
        assertThat(addressOfForwarded(admin)).isEqualTo("127.0.0.1");

        var believing = PrivateApi.properties(shared, "server.forward-headers-strategy", "native");
        try (var controlPlane = ControlPlane.start(believing);
                var behind = new Api(controlPlane.uri())) {
            assertThat(addressOfForwarded(new PrivateApi(behind, PrivateApi.BOOTSTRAP)))
                    .isEqualTo("192.0.2.7");
        }
    }

    private static String addressOfForwarded(PrivateApi by) {
        by.api()
                .send(by.api()
                        .request("/tokens/x")
                        .header("authorization", "Bearer " + by.secret())
                        .header("x-forwarded-for", "192.0.2.7")
                        .DELETE());
        return newest().path("address").asString();
    }

    private static JsonNode newest() {
        return Api.require(admin.get("/audit")).body().at("/entries/0");
    }

    private static List<String> all(PrivateApi by, String path) {
        var seen = new ArrayList<String>();
        var cursor = "";
        do {
            var more = path.contains("?") ? "&" : "?";
            var page = Api.require(by.get(path + more + "cursor=" + cursor)).body();
            page.path("entries").forEach(entry -> seen.add(entry.path("id").asString()));
            cursor = page.at("/pagination/cursor").asString("");
        } while (!cursor.isEmpty());
        return seen;
    }
}
