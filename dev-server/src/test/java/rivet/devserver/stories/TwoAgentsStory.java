package rivet.devserver.stories;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import rivet.devserver.TwoAgents;
import tools.jackson.databind.JsonNode;

/** Stories that happen at two agents, one class of them after the other; no actor of one story is there in the next. */
abstract class TwoAgentsStory {

    @TempDir
    static Path work = Path.of("");

    static TwoAgents both;

    private final List<JsonNode> actors = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        both = TwoAgents.start(work);
    }

    @AfterAll
    static void stop() throws Exception {
        both.close();
    }

    @AfterEach
    void destroy() throws Exception {
        for (var actor : actors) {
            both.send("DELETE", "/actors/" + TwoAgents.id(actor), null);
            both.awaitState(actor, "destroyed");
        }
    }

    JsonNode createReady() throws Exception {
        var actor = both.createReady();
        actors.add(actor);
        return actor;
    }

    JsonNode createReady(String body) throws Exception {
        var actor = both.create(body);
        actors.add(actor);
        both.awaitState(actor, "running");
        return actor;
    }
}
