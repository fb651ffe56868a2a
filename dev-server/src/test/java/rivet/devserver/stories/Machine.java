package rivet.devserver.stories;

import java.io.IOException;
import java.nio.file.Path;

/** A dev server with its actors and its Postgres, which die together as on a machine that loses its power. */
record Machine(Path data, RunningDevServer server, StoppablePostgres postgres) implements AutoCloseable {

    static Machine start(Path data) throws IOException {
        var server = RunningDevServer.start(data);
        return new Machine(data, server, new StoppablePostgres(data.resolve("postgres/data")));
    }

    /** Pause Postgres before: what a process has sent to its store is written although the process dies. */
    void die() throws Exception {
        server.kill();
        new AgentProcesses(data).all().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        postgres.kill();
    }

    @Override
    public void close() throws IOException {
        try (server) {
            postgres.close();
        }
    }
}
