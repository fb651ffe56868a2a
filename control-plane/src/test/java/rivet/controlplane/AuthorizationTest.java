package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;
import rivet.controlplane.auth.AgentCaller;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Principal;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.auth.Scraper;
import rivet.controlplane.web.Open;

/** Asks every handler there is, as everyone who may not. The handlers are those the server has: a new one is asked as well. */
@PostgresTest
class AuthorizationTest {

    private static final String HERE = "&project=default&environment=default";

    /** Bodies that pass every check but the last, so that what is refused is the object and not the body. */
    private static final Map<String, String> BODIES = Map.of(
            "POST /tokens", "{\"name\":\"x\",\"scopes\":[\"read\"]}",
            "PATCH /builds/{id}/tags", "{\"tags\":{\"stolen\":\"yes\"}}",
            "POST /actors/{id}/connections", "{\"port\":\"http\",\"ttl_ms\":1000}",
            "POST /actors/{id}/upgrade", "{\"build_tags\":{\"name\":\"theirs\"}}",
            "POST /actors/upgrade", "{\"tags\":{},\"build_tags\":{\"name\":\"theirs\"}}");

    private static TestDatabase database;
    private static ReactiveWebServerApplicationContext context;
    private static Api api;
    private static PrivateApi admin;
    private static String revoked;
    private static String expired;
    private static String foreign;
    private static String ourActor;
    private static String ourBuild;
    private static String ourToken;
    private static final Map<Scope, String> OURS = new EnumMap<>(Scope.class);

    /** @param parameters that the mapping asks for */
    record Handler(String method, String pattern, String parameters, HandlerMethod handler) {

        @Override
        public String toString() {
            return method + " " + pattern + (parameters.isEmpty() ? "" : "?" + parameters);
        }

        boolean takes(Class<?> type) {
            return Arrays.stream(handler.getMethodParameters())
                    .map(MethodParameter::getParameterType)
                    .anyMatch(type::equals);
        }

        boolean isGuarded() {
            return takes(Caller.class) || takes(Principal.class);
        }

        Optional<Needs> needs() {
            return Optional.ofNullable(handler.getMethodAnnotation(Needs.class));
        }

        List<Scope> scopes() {
            return needs().map(needs -> List.of(needs.value())).orElse(List.of());
        }

        boolean isEverywhere() {
            return needs().map(Needs::everywhere).orElse(true);
        }

        boolean allows(Scope scope) {
            var enough = scopes();
            return !isEverywhere() && (enough.contains(Scope.READ) || enough.contains(scope) || scope == Scope.ADMIN);
        }

        String path(String id) {
            return pattern.replace("{project}", "default")
                            .replace("{environment}", "default")
                            .replaceAll("\\{[^}]+}", id)
                    + "?" + parameters;
        }

        String body() {
            return method.equals("GET") || method.equals("DELETE") ? "" : BODIES.getOrDefault(toString(), "{}");
        }
    }

    @BeforeAll
    static void start(TestDatabase given) {
        database = given;
        ourBuild = makeBuild();
        ourActor = makeActor();
        var application = new SpringApplication(Application.class);
        context = (ReactiveWebServerApplicationContext) application.run(arguments());
        var server = Objects.requireNonNull(context.getWebServer());
        api = new Api(URI.create("http://127.0.0.1:" + server.getPort()));
        admin = new PrivateApi(api, PrivateApi.BOOTSTRAP);
        for (var scope : Scope.values()) {
            OURS.put(scope, admin.issue("default/default", scope.toString()));
        }
        admin.environment("theirs", "live");
        foreign = admin.issue("theirs/live", "admin");
        ourToken = PrivateApi.id(admin.issued("default/default", "read"));
        revoked = ended("revoked_at");
        expired = ended("expires_at");
    }

    private static String[] arguments() {
        return PrivateApi.properties(database).entrySet().stream()
                .map(entry -> "--%s=%s".formatted(entry.getKey(), entry.getValue()))
                .toArray(String[]::new);
    }

    private static String makeBuild() {
        return inDevelopment(open -> open.build("a.js", "{\"name\":\"ours\"}"));
    }

    private static String makeActor() {
        return inDevelopment(
                open -> Api.require(open.post("/actors", "{\"tags\":{},\"build\":\"%s\"}".formatted(ourBuild)))
                        .body()
                        .at("/actor/id")
                        .asString());
    }

    /** Without tokens, as development access allows. */
    private static String inDevelopment(Function<Api, String> work) {
        var properties = PrivateApi.properties(database, "rivet.auth.access", "development");
        try (var development = ControlPlane.start(properties);
                var open = new Api(development.uri())) {
            return work.apply(open);
        }
    }

    private static String ended(String how) {
        var issued = admin.issued("default/default", "admin");
        database.jdbc()
                .sql("update api_token set %s = clock_timestamp() where id = cast(:id as uuid)".formatted(how))
                .param("id", PrivateApi.id(issued))
                .update();
        return issued.body().path("secret").asString();
    }

    @AfterAll
    static void stop() {
        api.close();
        context.close();
    }

    static Stream<Handler> handlers() {
        return context.getBean(RequestMappingHandlerMapping.class).getHandlerMethods().entrySet().stream()
                .flatMap(entry -> handlers(entry.getKey(), entry.getValue()));
    }

    private static Stream<Handler> handlers(RequestMappingInfo info, HandlerMethod handler) {
        var methods = info.getMethodsCondition().getMethods().isEmpty()
                ? List.of(RequestMethod.GET)
                : info.getMethodsCondition().getMethods();
        var parameters = info.getParamsCondition().getExpressions().stream()
                .map(String::valueOf)
                .collect(Collectors.joining("&"));
        return methods.stream()
                .flatMap(method -> info.getPatternsCondition().getPatterns().stream()
                        .map(pattern -> new Handler(method.name(), pattern.getPatternString(), parameters, handler)));
    }

    static Stream<Handler> guarded() {
        return handlers()
                .filter(Handler::isGuarded)
                .filter(handler -> handler.needs().isPresent());
    }

    @Test
    void every_handler_says_whom_it_serves() {
        var silent = new ArrayList<String>();
        handlers().forEach(handler -> {
            var ways = 0;
            ways += handler.isGuarded() && handler.needs().isPresent() ? 1 : 0;
            ways += handler.takes(AgentCaller.class) || handler.takes(Scraper.class) ? 1 : 0;
            ways += handler.handler().hasMethodAnnotation(Open.class) ? 1 : 0;
            if (ways != 1 || handler.isGuarded() != handler.needs().isPresent()) {
                silent.add(handler + " in " + handler.handler());
            }
        });

        assertThat(silent)
                .as("each needs exactly one: @Needs with a Caller or Principal, an AgentCaller or Scraper, or @Open")
                .isEmpty();
    }

    @Test
    void every_change_needs_more_than_reading() {
        assertThat(guarded()
                        .filter(handler -> handler.scopes().contains(Scope.READ))
                        .filter(handler -> !handler.method().equals("GET"))
                        .map(Handler::toString))
                .as("these only look, though they are no GET")
                .isSubsetOf("POST /actors?dry_run=true", "POST /actors/logs/export");
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void nobody_is_served_without_a_valid_token(Handler handler) {
        var path = handler.path(UUID.randomUUID().toString()) + HERE;
        var refusals = new LinkedHashMap<String, String>();
        refusals.put("", "API_UNAUTHORIZED");
        refusals.put("rvt_0123456789abcdef_" + "0".repeat(64), "API_UNAUTHORIZED");
        refusals.put(revoked, "TOKEN_REVOKED");
        refusals.put(expired, "TOKEN_EXPIRED");

        refusals.forEach((secret, code) -> {
            var answer = admin.as(secret).send(handler.method(), path, handler.body());
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.status()).isEqualTo(401);
        });
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void a_scope_is_enough_or_refused(Handler handler) {
        OURS.forEach((scope, secret) -> {
            var path = handler.path(UUID.randomUUID().toString()) + HERE;
            var answer = admin.as(secret).send(handler.method(), path, handler.body());
            if (handler.allows(scope)) {
                assertThat(answer.status()).as("%s for %s", handler, scope).isNotIn(401, 403);
            } else {
                assertThat(answer.code()).as("%s for %s", handler, scope).isEqualTo("API_FORBIDDEN");
                assertThat(answer.status()).isEqualTo(403);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void another_environment_is_as_good_as_none(Handler handler) {
        var path = handler.path(ourId(handler)) + HERE;

        var answer = admin.as(foreign).send(handler.method(), path, handler.body());

        if (handler.takes(Caller.class)) {
            assertThat(answer.code()).isEqualTo("PROJECT_NOT_FOUND");
            assertThat(answer.status()).isEqualTo(404);
        } else if (answer.status() == 200) {
            assertThat(answer.raw().body()).doesNotContain("default");
        } else {
            assertThat(answer.status()).isIn(403, 404);
        }
    }

    /** Named rightly, asked of the wrong environment. */
    @ParameterizedTest
    @MethodSource("guarded")
    void an_object_of_another_environment_is_as_good_as_none(Handler handler) {
        var before = ours();

        var answer = admin.as(foreign).send(handler.method(), handler.path(ourId(handler)), handler.body());

        if (handler.pattern().contains("{")) {
            assertThat(answer.status()).isBetween(400, 499);
            if (handler.isEverywhere()) {
                assertThat(answer.status()).isEqualTo(403);
            } else if (handler.method().equals("GET") || BODIES.containsKey(handler.toString())) {
                assertThat(answer.status()).isEqualTo(404);
            }
        }
        assertThat(answer.raw().body()).doesNotContain("\"ours\"");
        assertThat(ours()).isEqualTo(before);
    }

    private static String ourId(Handler handler) {
        return switch (handler.pattern().split("/", 3)[1]) {
            case "builds" -> ourBuild;
            case "tokens" -> ourToken;
            default -> ourActor;
        };
    }

    private static List<@Nullable String> ours() {
        return database.jdbc().sql("""
                        select cast(t as text) from (
                            select id, environment_id, cast(a as text) from actor a
                            union all select id, environment_id, cast(b as text) from build b
                            union all select id, environment_id, cast(revoked_at as text) from api_token) t
                        where environment_id = (select e.id from environment e join project p on p.id = e.project_id
                                                where p.slug = 'default' and e.slug = 'default')
                        order by 1
                        """).query(String.class).list();
    }
}
