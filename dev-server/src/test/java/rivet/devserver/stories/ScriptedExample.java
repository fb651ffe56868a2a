package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import rivet.protocol.Wire;

/** An example in JavaScript whose one actor is killed again and again while a script of {@code src/test/npm} plays its clients. */
record ScriptedExample(String name, Path work) {

    /** @param environment of the actor @param first what the script is told before the actor's URL and the seed @return its last line */
    String survives(Map<String, String> environment, String... first) throws Exception {
        try (var server = RunningDevServer.start(work.resolve("data"), Killings.SETTINGS)) {
            server.deployExample(name, work);
            var actor = server.create("""
                    {"tags": {}, "build_tags": {"name": "%s", "current": "true"}, "lifecycle": {"durable": true},
                     "runtime": {"environment": %s},
                     "network": {"wait_ready": true, "ports": {"http": {"protocol": "http"}}}}""".formatted(name, Wire.JSON.writeValueAsString(environment)));
            var killings = new Killings(work.resolve("data"));
            var arguments = new ArrayList<>(List.of(first));
            arguments.add(RunningDevServer.url(actor, "http").replaceAll("/?$", "/"));
            arguments.add(Long.toString(killings.seed()));
            var clients = Script.start(name + ".mjs", arguments);

            killings.go(clients::lines);

            var said = clients.end();
            assertThat(server.stateOf(actor)).isEqualTo("running");
            return said;
        }
    }
}
