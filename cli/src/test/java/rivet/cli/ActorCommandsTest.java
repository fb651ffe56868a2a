package rivet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.cli.StubControlPlane.ACTOR;
import static rivet.cli.StubControlPlane.BUILD;
import static rivet.cli.StubControlPlane.actor;
import static rivet.cli.StubControlPlane.oneActor;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.Wire;

final class ActorCommandsTest {

    @TempDir
    Path folder = Path.of("");

    private final StubControlPlane server = new StubControlPlane(0);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void create_asks_for_all_that_was_said() {
        server.answer("POST /actors", 200, oneActor("starting"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("running"));

        var ran = shell().run(
                        "actor",
                        "create",
                        "-t",
                        "name=counter,room=7",
                        "-a",
                        "who=me",
                        "-b",
                        "team=games",
                        "-r",
                        "local",
                        "--env-var",
                        "GREETING=a,b=c",
                        "-p",
                        "http",
                        "-p",
                        "web:https",
                        "-p",
                        "name=udp,protocol=udp,internal_port=9000,host",
                        "-p",
                        "name=few,protocol=http,guard=connection,hibernate,concurrency=9,client_rate=50/1000",
                        "-p",
                        "name=ws,protocol=https,hibernate",
                        "--durable",
                        "--kill-timeout",
                        "2000",
                        "--placement-timeout",
                        "30000",
                        "--cpu",
                        "500",
                        "--memory",
                        "128",
                        "--wait");

        assertThat(ran.exit()).isZero();
        assertThat(server.requestLines()).containsExactly("""
                        POST /actors {"tags":{"name":"counter","room":"7","who":"me"},\
                        "build_tags":{"name":"counter","room":"7","team":"games","current":"true"},"region":"local",\
                        "runtime":{"environment":{"GREETING":"a,b=c"}},\
                        "network":{"ports":{"http":{"protocol":"http"},"web":{"protocol":"https"},\
                        "udp":{"protocol":"udp","internal_port":9000,"routing":{"host":{}}},"few":{"protocol":"http","routing":{"guard":{\
                        "authorization":{"connection":{}},"websocket":{"hibernate":true},"limits":{"concurrency":9,\
                        "client_rate":{"requests":50,"per_ms":1000}}}}},\
                        "ws":{"protocol":"https","routing":{"guard":{"websocket":{"hibernate":true}}}}}},\
                        "resources":{"cpu":500,"memory":128},"lifecycle":{"kill_timeout":2000,"durable":true,\
                        "placement_timeout":30000}}""", "GET /actors/" + ACTOR + "?wait=ready&timeout=10000");
    }

    @Test
    void busy_server_is_asked_again_where_asking_twice_does_nothing_twice() {
        server.answer("PUT /actors", 503, "{}")
                .answer("PUT /actors", 503, "{}")
                .answer("PUT /actors", 200, oneActor("running").replaceFirst("\\{", "{\"created\": true, "));

        var ran = shell().run("actor", "create", "--key", "room-7", "-b", "name=counter");

        assertThat(ran.exit()).as(ran.err()).isZero();
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void busy_server_is_not_asked_for_a_second_actor() {
        server.answer("POST /actors", 503, "{}").answer("POST /actors", 200, oneActor("running"));

        assertThat(shell().run("actor", "create", "-b", "name=counter").exit()).isEqualTo(1);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void create_shows_the_actor_and_what_to_do_next() {
        server.answer("POST /actors", 200, oneActor("starting"));

        var ran = shell().run("actor", "create", "-t", "name=counter", "-p", "http");

        assertThat(ran.out()).isEqualTo("""
                        actor    %1$s
                        state    starting
                        region   local
                        build    %2$s
                        tags     name=counter
                        created  2026-01-02T03:04:05Z
                        port     http  http  http://127.0.0.1:7080/%1$s-http

                        Next:
                          curl http://127.0.0.1:7080/%1$s-http
                          rivet actor logs -f %1$s
                          rivet actor destroy %1$s
                        """.formatted(ACTOR, BUILD));
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void create_by_the_id_of_a_build_names_no_tags_of_builds() {
        server.answer("POST /actors", 200, oneActor("starting"));

        shell().run("actor", "create", "--build", BUILD, "-t", "room=7");

        assertThat(server.requestLines())
                .containsExactly("POST /actors {\"tags\":{\"room\":\"7\"},\"build\":\"" + BUILD
                        + "\",\"lifecycle\":{\"durable\":false}}");
    }

    @Test
    void create_of_any_build_with_those_tags() {
        server.answer("POST /actors", 200, oneActor("starting"));

        shell().run("actor", "create", "-b", "name=counter,version=1", "--no-build-current-tag");

        assertThat(server.requestLines())
                .containsExactly("POST /actors {\"tags\":{},\"build_tags\":{\"name\":\"counter\",\"version\":\"1\"},"
                        + "\"lifecycle\":{\"durable\":false}}");
    }

    @Test
    void bad_options_are_told_without_asking_the_server() {
        for (var bad : List.of(
                List.of("-t", "name"),
                List.of("-t", "a=1,a=2"),
                List.of("--build", "x"),
                List.of("--build", BUILD, "-b", "name=x"),
                List.of("-t", "name=x", "-p", "http:gopher"),
                List.of("-t", "name=x", "-p", "protocol=http"),
                List.of("-t", "name=x", "-p", "name=a,protocol=http,internal_port=0"),
                List.of("-t", "name=x", "-p", "http", "-p", "http"),
                List.of("-t", "name=x", "-p", "name=a,protocol=http,concurrency=many"),
                List.of("-t", "name=x", "-p", "name=a,protocol=http,client_rate=5"),
                List.of("-t", "name=x", "-p", "name=a,protocol=http,host,idle_ms=1000"),
                List.of("-t", "name=x", "-p", "name=a,protocol=http,host,hibernate"),
                List.of("-t", "name=x", "-p", "name=a,protocol=http,hibernate=no"),
                List.of("-t", "name=x", "--kill-timeout", "soon"))) {
            var arguments = new java.util.ArrayList<>(List.of("actor", "create"));
            arguments.addAll(bad);

            var ran = shell().run(arguments.toArray(String[]::new));

            assertThat(ran.exit()).as("%s", bad).isEqualTo(2);
            assertThat(ran.err()).as("%s", bad).startsWith("error: ");
            assertThat(ran.out()).as("%s", bad).isEmpty();
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void json_is_one_document_and_nothing_else() {
        server.answer("POST /actors", 200, oneActor("starting"));

        var ran = shell().run("actor", "create", "-t", "name=counter", "--json");

        assertThat(Wire.JSON.readTree(ran.out())).isEqualTo(Wire.JSON.readTree(oneActor("starting")));
    }

    @Test
    void refusal_shows_code_field_and_ray() {
        server.answer("POST /actors", 400, """
                {"code": "REGION_NOT_FOUND", "message": "region: no 'mars'", "ray_id": "ray-7", "metadata": {"field": "region"}}""");

        var ran = shell().run("actor", "create", "-t", "name=counter", "-r", "mars", "--json");

        assertThat(ran.exit()).isEqualTo(3);
        assertThat(ran.err()).isEqualTo("""
                        error: region: no 'mars'
                          code: REGION_NOT_FOUND  field: region  ray: ray-7
                        """);
        assertThat(Wire.JSON.readTree(ran.out())).isEqualTo(Wire.JSON.readTree("""
                        {"error": {"code": "REGION_NOT_FOUND", "message": "region: no 'mars'", "field": "region", "ray_id": "ray-7"}}"""));
    }

    @Test
    void exit_code_says_what_kind_of_failure_it_is() {
        server.answer("GET /actors/" + ACTOR, 404, problem("ACTOR_NOT_FOUND"))
                .answer("GET /actors/" + ACTOR, 401, problem("API_UNAUTHORIZED"))
                .answer("GET /actors/" + ACTOR, 403, problem("API_FORBIDDEN"))
                .answer("GET /actors/" + ACTOR, 422, problem("API_BAD_BODY"))
                .answer("GET /actors/" + ACTOR, 500, problem("ERROR"))
                .answer("GET /actors/" + ACTOR, 502, "<html>")
                .answer("GET /actors/" + ACTOR, 200, "<html>");

        assertThat(List.of(get(), get(), get(), get(), get(), get(), get())).containsExactly(3, 4, 4, 2, 1, 1, 1);
    }

    @Test
    void unreachable_server_comes_with_the_remedy() {
        server.close();

        var ran = shell().run("actor", "list");

        assertThat(ran.exit()).isEqualTo(5);
        assertThat(ran.err()).isEqualTo("""
                        error: no control plane answers at %s
                          code: SERVER_UNREACHABLE
                          start one with 'rivet dev', or name another with RIVET_ENDPOINT
                        """.formatted(server.uri()));
    }

    @Test
    void token_and_slugs_go_with_each_request() {
        server.answer("GET /regions", 200, "{\"regions\": [{\"id\": \"local\", \"name\": \"Local\"}]}");

        var ran = shell().with("RIVET_CLOUD_TOKEN", "secret").run("region", "list", "-e", "prod");

        assertThat(ran.out()).isEqualTo("REGION  NAME\nlocal   Local\n");
        var request = server.requests().getFirst();
        assertThat(request.target()).isEqualTo("/regions?project=default&environment=prod");
        assertThat(request.headers().get("Authorization")).containsExactly("Bearer secret");
    }

    @Test
    void list_is_a_table_with_the_way_to_the_next_page() {
        server.answer(
                "GET /actors", 200, "{\"actors\": [" + actor("running") + "], \"pagination\": {\"cursor\": \"c1\"}}");

        var ran = shell().run("actor", "list", "-t", "name=counter", "--include-destroyed", "--cursor", "c0");

        assertThat(ran.out()).isEqualTo("""
                        ACTOR                                 STATE    REGION  CREATED               TAGS          URL
                        %1$s  running  local   2026-01-02T03:04:05Z  name=counter  http://127.0.0.1:7080/%1$s-http

                        Next:
                          rivet actor list --cursor c1
                        """.formatted(ACTOR));
        assertThat(server.requestLines())
                .containsExactly(
                        "GET /actors?tags_json=%7B%22name%22%3A%22counter%22%7D&include_destroyed=true&cursor=c0");
    }

    @Test
    void list_of_all_pages_asks_until_there_is_no_next_one() {
        server.answer(
                        "GET /actors",
                        200,
                        "{\"actors\": [" + actor("running") + "], \"pagination\": {\"cursor\": \"c1\"}}")
                .answer("GET /actors", 200, "{\"actors\": [" + actor("pending") + "], \"pagination\": {}}");

        var ran = shell().run("actor", "list", "--all", "--json");

        assertThat(Wire.JSON.readTree(ran.out()).path("actors").size()).isEqualTo(2);
        assertThat(server.requestLines()).containsExactly("GET /actors", "GET /actors?cursor=c1");
    }

    @Test
    void destroy_waits_until_nothing_is_left() {
        server.answer("DELETE /actors/" + ACTOR, 200, "{}")
                .answer("GET /actors/" + ACTOR, 200, oneActor("stopping"))
                .answer("GET /actors/" + ACTOR, 200, oneActor("destroyed"));

        var ran = shell().run("actor", "destroy", ACTOR, "--override-kill-timeout", "100", "--wait", "--json");

        assertThat(ran.exit()).isZero();
        assertThat(Wire.JSON.readTree(ran.out()))
                .isEqualTo(Wire.JSON.readTree("{\"id\": \"" + ACTOR + "\", \"state\": \"destroyed\"}"));
        assertThat(server.requestLines())
                .containsExactly(
                        "DELETE /actors/" + ACTOR + "?override_kill_timeout=100",
                        "GET /actors/" + ACTOR,
                        "GET /actors/" + ACTOR);
    }

    @Test
    void id_that_is_none_is_not_sent() {
        var ran = shell().run("actor", "get", "../builds");

        assertThat(ran.exit()).isEqualTo(2);
        assertThat(ran.err()).startsWith("error: actor id: '../builds' (expected: a UUID such as ");
        assertThat(server.requests()).isEmpty();
    }

    private int get() {
        return shell().run("actor", "get", ACTOR).exit();
    }

    private static String problem(String code) {
        return "{\"code\": \"" + code + "\", \"message\": \"no\", \"ray_id\": \"r\"}";
    }

    private Shell shell() {
        return new Shell(folder).at(server.uri());
    }
}
