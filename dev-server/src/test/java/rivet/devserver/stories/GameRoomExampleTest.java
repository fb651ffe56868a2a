package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/game-room}: no score that a player heard of is lost, and none is counted twice. */
class GameRoomExampleTest {

    @TempDir
    Path work;

    @Test
    void scores_are_right_however_often_the_room_is_killed() throws Exception {
        assertThat(new ScriptedExample("game-room", work).survives(Map.of())).startsWith("agreed on ");
    }
}
