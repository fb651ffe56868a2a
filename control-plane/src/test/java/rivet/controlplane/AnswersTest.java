package rivet.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.link.DownReason;

/** One life of a build and its actors by every operation that there is; each answer is held against the OpenAPI document. */
@ControlPlaneTest
class AnswersTest {

    private static final long HOUR = 3_600_000;

    private final Api api;
    private final TestControlPlane controlPlane;

    AnswersTest(Api api, TestControlPlane controlPlane) {
        this.api = api;
        this.controlPlane = controlPlane;
    }

    @Test
    void every_operation_answers_as_its_document_says() {
        api.get("/health");
        api.get("/openapi.json");
        tenancy();
        var build = builds();
        actors(build);
        routes();
        agents();
        api.get("/audit");

        assertThat(api.done()).containsExactlyInAnyOrderElementsOf(Conformity.operations());
    }

    private void agents() {
        var agent = "/agents/" + controlPlane.agent("local", 100, 100).id;
        api.get("/agents");
        api.get(agent);
        api.post(agent + "/cordon", "");
        api.post(agent + "/drain", "{\"deadline_ms\": 60000}");
        api.post(agent + "/uncordon", "");
    }

    private void tenancy() {
        api.post("/projects", "{\"slug\": \"game\"}");
        api.get("/projects");
        api.post("/projects/game/environments", "{\"slug\": \"live\"}");
        api.get("/projects/game/environments");
        var token = api.post("/tokens?project=game&environment=live", "{\"name\": \"ci\", \"scopes\": [\"deploy\"]}");
        api.get("/tokens");
        api.delete("/tokens/" + token.text("/token/id"));
        api.delete("/projects/game/environments/live");
        api.delete("/projects/game");
    }

    /** @return the id of the one that is current */
    private String builds() {
        var first = api.build("a.js", "{\"name\": \"app\", \"version\": \"1\"}");
        var second = api.build("b.js", "{\"name\": \"app\", \"version\": \"2\"}");
        for (var build : new String[] {first, second}) {
            api.patch("/builds/" + build + "/tags", """
                    {"tags": {"current": "true"}, "exclusive_tags": ["current"]}""");
        }
        api.get("/builds?tags_json=" + Api.encoded("{\"name\": \"app\"}"));
        api.get("/builds/" + second);
        api.post("/builds/" + second + "/rollback", "");
        var prepared = api.post("/builds/prepare", """
                {"image_file": {"path": "c.js", "content_length": 3}, "kind": "javascript"}""");
        api.post("/builds/" + prepared.text("/build") + "/resume", "");
        return first;
    }

    private void actors(String build) {
        var agent = controlPlane.agent("local", 4000, 4096);
        var body = """
                {"tags": {"room": "1"}, "build": "%s", "network": {"ports": {"http": {"protocol": "https"}}}%s}""";
        api.get("/regions");
        api.get("/regions/recommend");
        api.get("/regions/resolve?lat=1&long=2");
        api.post("/actors?dry_run=true", body.formatted(build, ""));
        var actor = api.actor(body.formatted(build, ""));
        agent.up(agent.awaitRun(actor, 1));
        api.get("/actors/" + actor + "?wait=ready");
        api.send(api.json("/actors").PUT(BodyPublishers.ofString(body.formatted(build, ", \"key\": \"room-1\""))));
        api.post("/actors/bulk", "{\"actors\": [%s]}".formatted(body.formatted(build, "")));
        api.get("/actors");
        api.get("/actors/query?query_json=" + Api.encoded("""
                {"string_equal": {"property": "region", "value": "local"}}"""));
        api.get("/actors/" + actor + "/events");
        api.get("/actors/" + actor + "/explain");
        api.get("/actors/" + actor + "/alarms");
        history("/actors/usage");
        logs(agent, actor);
        connections(build);
        api.post("/actors/" + actor + "/upgrade", "{\"build\": \"%s\"}".formatted(build));
        api.post("/actors/upgrade", "{\"tags\": {\"room\": \"1\"}, \"build\": \"%s\"}".formatted(build));
        var rollout = api.post(
                        "/actors/upgrade",
                        "{\"tags\": {\"room\": \"1\"}, \"build\": \"%s\", \"percentage\": 1}".formatted(build))
                .text("/rollout");
        api.get("/rollouts");
        api.get("/rollouts/" + rollout);
        api.delete("/rollouts/" + rollout);
        store(agent, build);
        api.post("/actors/" + actor + "/sleep", "");
        api.post("/actors/" + actor + "/wake", "");
        api.delete("/actors/" + actor + "?wait=destroyed&timeout=1");
        api.post("/actors/destroy", "{\"tags\": {\"room\": \"1\"}}");
    }

    private void store(SimulatedAgent agent, String build) {
        var actor = api.actor("{\"tags\": {}, \"build\": \"%s\"}".formatted(build));
        agent.awaitRun(actor, 1);
        Api.require(api.post("/actors/" + actor + "/sleep", ""));
        agent.down(actor, 1, DownReason.STOPPED, 0);
        await().until(() -> api.state(actor).startsWith("sleeping"));
        var path = "/actors/" + actor + "/kv";
        api.send(api.json(path + "/entry").PUT(BodyPublishers.ofString("{\"key\": \"a\", \"json\": {\"b\": [1]}}")));
        api.get(path);
        api.get(path + "/entry?key=" + Api.encoded("\"a\""));
        api.delete(path + "/entry?key=" + Api.encoded("\"a\""));
        checkpoints(actor);
    }

    private void checkpoints(ActorId actor) {
        var path = "/actors/" + actor + "/checkpoints";
        var number = api.post(path, "").text("/checkpoint/number");
        api.post(path + "/" + number + "/restore", "");
        api.get(path);
    }

    private void logs(SimulatedAgent agent, ActorId actor) {
        agent.log(actor, 1, "hello");
        api.get("/actors/logs?stream=all&actor_ids_json=" + Api.encoded("[\"" + actor + "\"]"));
        api.get(api.post("/actors/logs/export", "{}").text("/url"));
    }

    private void connections(String build) {
        var actor = api.actor("""
                {"tags": {}, "build": "%s", "network": {"ports": {
                  "http": {"protocol": "http", "routing": {"guard": {"authorization": {"connection": {}}}}}}}}""".formatted(build));
        var path = "/actors/" + actor + "/connections";
        var connection = api.post(path, """
                {"port": "http", "ttl_ms": 60000, "subject": "ada"}""");
        api.get(path);
        api.delete(path + "/" + connection.text("/connection_id"));
        api.delete(path);
        api.delete("/connections?subject=ada");
    }

    private void history(String path) {
        var now = System.currentTimeMillis();
        api.get("%s?start=%d&end=%d&interval=%d".formatted(path, now - HOUR, now, HOUR));
    }

    private void routes() {
        api.send(api.json("/routes/shop").PUT(BodyPublishers.ofString("""
                {"hostname": "shop.example.com", "path": "/", "strip_prefix": true, "route_subpaths": true,
                 "target": {"actors": {"selector_tags": {"room": "1"}}}}""")));
        api.get("/routes");
        history("/routes/history");
        api.delete("/routes/shop");
    }
}
