package rivet.devserver.stories;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An agent in a process of its own, that may be killed and started again. */
final class AgentProcess implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final Path data;
    private final Map<String, String> settings;
    private Process process;

    /** Returns when it is ready. @param data its folder */
    AgentProcess(Path data, ControlPlaneProcess controlPlane) throws IOException {
        this.data = data;
        this.settings = ControlPlaneProcess.agentSettings(data, controlPlane);
        this.process = launch();
    }

    private Process launch() throws IOException {
        var log = data.resolveSibling(data.getFileName() + ".log");
        Files.deleteIfExists(log);
        var builder = RunningDevServer.java("rivet.agent.AgentMain")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("RIVET_"));
        builder.environment().putAll(settings);
        var launched = builder.start();
        await().atMost(SOON).until(() -> Files.readString(log).contains("\nready "));
        return launched;
    }

    /** Its actors live on. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As a machine dies: the warden, the actors, all. */
    void killAll() throws IOException, InterruptedException {
        var others = processes().all();
        kill();
        others.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    void startAgain() throws IOException {
        process = launch();
    }

    AgentProcesses processes() throws IOException {
        return new AgentProcesses(Files.readString(data.resolve("agent-id")).strip());
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
            killAll();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
