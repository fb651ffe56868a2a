package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people build rooms and shared documents with, unmodified at both ends, through an actor's URL and over a crash. */
@ExtendWith(SharedDevServer.class)
class RealtimeLibrariesTest {

    private final SharedDevServer.Running running;

    RealtimeLibrariesTest(SharedDevServer.Running running) {
        this.running = running;
    }

    @BeforeEach
    void deploy() throws Exception {
        var ran = running.server().rivet(NpmPackages.folder(), "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    @Test
    void socket_io() throws Exception {
        running.passes("socketio.mjs", "socketio");
    }

    @Test
    void yjs() throws Exception {
        running.passes("yjs.mjs", "yjs");
    }
}
