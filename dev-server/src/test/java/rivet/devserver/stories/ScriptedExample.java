package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/**
 * An example in JavaScript whose actors are killed again and again while a script of {@code src/test/npm} plays their clients.
 *
 * @param actors how many of it there are
 */
record ScriptedExample(String name, int actors, Path work) {

    /** Of one actor. */
    ScriptedExample(String name, Path work) {
        this(name, 1, work);
    }

    /** @param environment of the actors @param first what the script is told before their URLs and the seed @return its last line */
    String survives(Map<String, String> environment, String... first) throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS)) {
            server.deployExample(name, work);
            var running = new ArrayList<JsonNode>();
            var arguments = new ArrayList<>(List.of(first));
            while (running.size() < actors) {
                var actor = server.create("""
                        {"tags": {}, "build_tags": {"name": "%s", "current": "true"}, "lifecycle": {"durable": true},
                         "runtime": {"environment": %s},
                         "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(name, Wire.JSON.writeValueAsString(environment)));
                running.add(actor);
                arguments.add(RunningDevServer.url(actor, "http"));
            }
            var killings = new Killings(work.resolve("data"));
            arguments.add(Long.toString(killings.seed()));
            var clients = Script.start(name + ".mjs", arguments);

            killings.go(clients::lines);

            var said = clients.end();
            for (var actor : running) {
                assertThat(server.stateOf(actor)).isEqualTo("running");
            }
            return said;
        }
    }
}
