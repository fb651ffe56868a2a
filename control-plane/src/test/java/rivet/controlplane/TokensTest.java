package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

@PostgresTest
class TokensTest {

    private static final String HERE = "?project=default&environment=default";

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
        admin.environment("shop", "live");
    }

    @AfterAll
    static void stop() {
        api.close();
        controlPlane.close();
        replica.close();
    }

    @Test
    void a_token_is_shown_once_and_kept_as_a_hash() {
        var issued = admin.issued("default/default", "deploy", "actors");

        var secret = issued.body().path("secret").asString();
        var token = issued.body().path("token");
        assertThat(secret)
                .matches("rvt_[0-9a-f]{16}_[0-9a-f]{64}")
                .startsWith(token.path("prefix").asString());
        assertThat(token.path("scopes")).extracting(JsonNode::asString).containsExactly("deploy", "actors");
        assertThat(token.path("everywhere").asBoolean()).isFalse();
        assertThat(token.path("project").asString()).isEqualTo("default");
        assertThat(admin.get("/tokens" + HERE).raw().body())
                .contains(PrivateApi.id(issued))
                .doesNotContain(secret);
        assertThat(everythingIn("api_token"))
                .doesNotContain(secret.substring(21))
                .doesNotContain(PrivateApi.BOOTSTRAP);
    }

    @Test
    void a_revoked_token_fails_on_the_next_request_on_another_replica_too() {
        var issued = admin.issued("default/default", "read");
        try (var elsewhere = new Api(replica.uri())) {
            var there = new PrivateApi(elsewhere, issued.body().path("secret").asString());
            var here = admin.as(there.secret());
            assertThat(there.get("/actors").status()).isEqualTo(200);
            assertThat(here.get("/actors").status()).isEqualTo(200);

            Api.require(admin.delete("/tokens/" + PrivateApi.id(issued)));

            assertThat(there.get("/actors").code()).isEqualTo("TOKEN_REVOKED");
            assertThat(there.get("/actors").status()).isEqualTo(401);
            assertThat(here.get("/actors").code()).isEqualTo("TOKEN_REVOKED");
            assertThat(admin.get("/tokens" + HERE).raw().body()).doesNotContain(PrivateApi.id(issued));
        }
    }

    @Test
    void revoking_is_repeatable() {
        var id = PrivateApi.id(admin.issued("default/default", "read"));

        assertThat(admin.delete("/tokens/" + id).status()).isEqualTo(200);
        assertThat(admin.delete("/tokens/" + id).status()).isEqualTo(200);
        assertThat(admin.delete("/tokens/" + UUID.randomUUID()).code()).isEqualTo("TOKEN_NOT_FOUND");
        assertThat(admin.delete("/tokens/x").code()).isEqualTo("TOKEN_NOT_FOUND");
    }

    @Test
    void an_expired_token_is_told_so_and_a_wrong_one_nothing() {
        var issued = admin.issued("default/default", "read");
        var secret = issued.body().path("secret").asString();
        database.jdbc()
                .sql("update api_token set expires_at = clock_timestamp() where id = cast(:id as uuid)")
                .param("id", PrivateApi.id(issued))
                .update();

        assertThat(admin.as(secret).get("/actors").code()).isEqualTo("TOKEN_EXPIRED");
        var wrong = secret.substring(0, 80) + (secret.endsWith("0") ? "1" : "0").repeat(5);
        assertThat(admin.as(wrong).get("/actors").code()).isEqualTo("API_UNAUTHORIZED");
    }

    @Test
    void an_expiry_is_kept_and_can_be_renewed_by_another_token_meanwhile() {
        var until = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.MILLIS);
        var body = "{\"name\":\"ci\",\"scopes\":[\"deploy\"],\"expires_at\":\"%s\"}";

        var older = Api.require(admin.post("/tokens" + HERE, body.formatted(until)));
        var newer = Api.require(admin.post("/tokens" + HERE, body.formatted(until.plusSeconds(60))));

        assertThat(Instant.parse(older.body().at("/token/expires_at").asString()))
                .isEqualTo(until);
        assertThat(admin.as(older.body().path("secret").asString())
                        .get("/builds")
                        .status())
                .isEqualTo(200);
        assertThat(admin.as(newer.body().path("secret").asString())
                        .get("/builds")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_token_of_one_environment_need_not_name_it_and_cannot_name_another() {
        var live = admin.as(admin.issue("shop/live", "read"));

        assertThat(live.get("/builds").status()).isEqualTo(200);
        assertThat(live.get("/builds?project=shop&environment=live").status()).isEqualTo(200);
        assertThat(live.get("/builds" + HERE).code()).isEqualTo("PROJECT_NOT_FOUND");
        assertThat(live.get("/builds?project=shop&environment=x").code()).isEqualTo("ENVIRONMENT_NOT_FOUND");
        assertThat(live.get("/builds?project=shop").field()).isEqualTo("environment");
        assertThat(admin.get("/builds").field()).isEqualTo("project");
    }

    @Test
    void nobody_issues_more_than_they_have() {
        var live = admin.as(admin.issue("shop/live", "admin"));
        var name = "\"name\":\"x\",\"scopes\":[\"admin\"]";

        var everywhere = live.post("/tokens", "{%s,\"everywhere\":true}".formatted(name));
        assertThat(everywhere.code()).isEqualTo("API_FORBIDDEN");
        assertThat(everywhere.field()).isEqualTo("everywhere");
        assertThat(live.post("/tokens" + HERE, "{%s}".formatted(name)).code()).isEqualTo("PROJECT_NOT_FOUND");
        assertThat(Api.require(live.post("/tokens", "{%s}".formatted(name)))
                        .body()
                        .at("/token/project")
                        .asString())
                .isEqualTo("shop");
        for (var scope : new String[] {"deploy", "actors", "read"}) {
            var lesser = admin.as(admin.issue("shop/live", scope));
            assertThat(lesser.post("/tokens", "{\"name\":\"x\",\"scopes\":[\"read\"]}")
                            .code())
                    .isEqualTo("API_FORBIDDEN");
        }
    }

    @Test
    void an_expiring_token_issues_none_that_lives_longer() {
        var until = Instant.parse("2999-01-01T00:00:00Z");
        var body = "{\"name\":\"x\",\"scopes\":[\"admin\"],\"expires_at\":\"%s\"}";
        var expiring = admin.as(Api.require(admin.post("/tokens" + HERE, body.formatted(until)))
                .body()
                .path("secret")
                .asString());

        var longer = expiring.post("/tokens", body.formatted(until.plusSeconds(1)));
        var silent = expiring.post("/tokens", "{\"name\":\"x\",\"scopes\":[\"admin\"]}");

        assertThat(longer.code()).isEqualTo("API_FORBIDDEN");
        assertThat(longer.field()).isEqualTo("expires_at");
        assertThat(silent.body().at("/token/expires_at").asString()).isEqualTo(until.toString());
    }

    @Test
    void a_token_for_everywhere_needs_no_environment_and_does_everything() {
        var issued =
                Api.require(admin.post("/tokens", "{\"name\":\"ops\",\"scopes\":[\"admin\"],\"everywhere\":true}"));
        var ops = admin.as(issued.body().path("secret").asString());

        assertThat(issued.body().at("/token/everywhere").asBoolean()).isTrue();
        assertThat(issued.body().at("/token/project").isMissingNode()).isTrue();
        assertThat(ops.get("/builds" + HERE).status()).isEqualTo(200);
        assertThat(ops.get("/builds?project=shop&environment=live").status()).isEqualTo(200);
        assertThat(ops.get("/tokens").raw().body())
                .contains(PrivateApi.id(issued))
                .contains("bootstrap");
    }

    @Test
    void lists_are_of_what_is_named_and_never_of_another_environment() {
        var here = PrivateApi.id(admin.issued("default/default", "read"));
        var live = admin.issued("shop/live", "admin");
        var asLive = admin.as(live.body().path("secret").asString());

        assertThat(admin.get("/tokens").raw().body()).contains(here).contains(PrivateApi.id(live));
        assertThat(admin.get("/tokens" + HERE).raw().body()).contains(here).doesNotContain(PrivateApi.id(live));
        assertThat(asLive.get("/tokens").raw().body())
                .contains(PrivateApi.id(live))
                .doesNotContain(here)
                .doesNotContain("bootstrap");
        assertThat(asLive.delete("/tokens/" + here).code()).isEqualTo("TOKEN_NOT_FOUND");
        assertThat(admin.get("/tokens" + HERE).raw().body()).contains(here);
    }

    @Test
    void a_use_is_noticed_once_a_minute() {
        var issued = admin.issued("default/default", "read");
        var reader = admin.as(issued.body().path("secret").asString());
        assertThat(lastUse(issued)).isNull();

        reader.get("/actors");
        var first = lastUse(issued);
        reader.get("/actors");
        assertThat(first).isNotNull();
        assertThat(lastUse(issued)).isEqualTo(first);

        database.jdbc()
                .sql(
                        "update api_token set last_used_at = last_used_at - interval '1 minute' where id = cast(:id as uuid)")
                .param("id", PrivateApi.id(issued))
                .update();
        reader.get("/actors");
        assertThat(lastUse(issued)).isAfter(first);
    }

    private static @Nullable Instant lastUse(Api.Answer issued) {
        for (var token : admin.get("/tokens" + HERE).body().path("tokens")) {
            if (token.path("id").asString().equals(PrivateApi.id(issued))) {
                return token.has("last_used_at")
                        ? Instant.parse(token.path("last_used_at").asString())
                        : null;
            }
        }
        throw new AssertionError("not listed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"scopes":["read"]}                                                        | name
            {"name":" ","scopes":["read"]}                                             | name
            {"name":"a\\u0000b","scopes":["read"]}                                     | name
            {"name":"a\\nb","scopes":["read"]}                                         | name
            {"name":"x"}                                                               | scopes
            {"name":"x","scopes":[]}                                                   | scopes
            {"name":"x","scopes":["root"]}                                             | scopes
            {"name":"x","scopes":["READ"]}                                             | scopes
            {"name":"x","scopes":[null]}                                               | scopes
            {"name":"x","scopes":["read"],"expires_at":"2001-01-01T00:00:00Z"}         | expires_at
            {"name":"x","scopes":["read"],"expires_at":"+99999-01-01T00:00:00Z"}       | expires_at
            {"name":"x","scopes":["read"],"expires_at":"tomorrow"}                     | expires_at
            {"name":"x","scopes":["read"],"everywhere":"yes"}                          | everywhere
            {"name":"x","scopes":["read"],"hash":"00"}                                 | hash
            """)
    void a_wrong_field_is_named_and_nothing_is_issued(String body, String field) {
        var before = database.count("api_token");

        var answer = admin.post("/tokens" + HERE, body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("API_BAD_BODY");
        assertThat(answer.field()).isEqualTo(field);
        assertThat(database.count("api_token")).isEqualTo(before);
    }

    @Test
    void a_changed_bootstrap_setting_replaces_the_token_and_an_unchanged_one_does_not_bring_it_back(
            TestDatabase shared) {
        var other = "another-first-token-of-this-installation-9876543210";
        var all = admin.get("/tokens").body().path("tokens");
        var bootstrap = "";
        for (var token : all) {
            bootstrap = token.path("name").asString().equals("bootstrap")
                    ? token.path("id").asString()
                    : bootstrap;
        }
        Api.require(admin.delete("/tokens/" + bootstrap));
        try {
            ControlPlane.start(PrivateApi.properties(shared)).close();
            assertThat(admin.get("/tokens").code()).isEqualTo("TOKEN_REVOKED");

            ControlPlane.start(PrivateApi.properties(shared, "rivet.auth.bootstrap-token", other))
                    .close();
            assertThat(admin.get("/tokens").code()).isEqualTo("API_UNAUTHORIZED");
            assertThat(admin.as(other).get("/tokens").status()).isEqualTo(200);
        } finally {
            ControlPlane.start(PrivateApi.properties(shared)).close();
        }
        assertThat(admin.get("/tokens").status()).isEqualTo(200);
    }

    @Test
    void a_header_that_is_no_token_is_refused() {
        for (var header : new String[] {"", "Bearer", "Bearer ", "Bearer rvt_", "Basic eDp5", PrivateApi.BOOTSTRAP}) {
            var request = api.request("/actors" + HERE).GET();
            var answer = api.send(header.isEmpty() ? request : request.header("authorization", header));
            assertThat(answer.status()).as(header).isEqualTo(401);
            assertThat(answer.code()).as(header).isEqualTo("API_UNAUTHORIZED");
        }
    }

    private static String everythingIn(String table) {
        return String.join(
                "\n",
                database.jdbc()
                        .sql("select cast(t as text) from %s t".formatted(table))
                        .query(String.class)
                        .list());
    }
}
