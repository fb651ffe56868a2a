package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.AgentTest.soon;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DownReason;

/** An agent as a program of its own, killed without a warning and started again. */
class AgentKilledTest {

    @TempDir
    Path data;

    private final ActorId actor = ActorId.random();
    private FakeControlPlane controlPlane;
    private Process agent;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        controlPlane = new FakeControlPlane();
        agent = launch();
    }

    @AfterEach
    void close() throws InterruptedException {
        agent.destroy();
        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        controlPlane.close();
    }

    @Test
    void what_it_ran_is_ended_and_told_and_never_started_again() throws Exception {
        var build = TestBuilds.script(controlPlane, """
                (setsid sh -c 'trap "" TERM; echo daemon $$; exec sleep 1000' &)
                echo main $$
                exec sleep 1000
                """);
        var run = new Run(actor, 1, TestBuilds.spec(build, Map.of()));
        controlPlane.desire(run);
        soon().until(() -> pids().size() == 2);
        soon().until(() -> controlPlane.up(actor, 1).isPresent());

        agent.destroyForcibly().waitFor();
        agent = launch();

        soon().until(() -> controlPlane.hellos.size() == 2);
        assertThat(controlPlane.hellos.getLast().agent())
                .isEqualTo(controlPlane.hellos.getFirst().agent());
        assertThat(controlPlane.hellos.getLast().actors())
                .singleElement()
                .extracting(ActorReport::phase)
                .isInstanceOfSatisfying(
                        Phase.Down.class, down -> assertThat(down.reason()).isEqualTo(DownReason.AGENT_RESTARTED));
        // Before it joined, it had ended the daemon too.
        assertThat(pids()).noneMatch(AgentTest::runs);

        var next = new Run(actor, 2, run.spec());
        controlPlane.desire(run, next);
        soon().until(() -> controlPlane.up(actor, 2).isPresent());
        soon().until(() -> pids().size() == 4);
        assertThat(controlPlane.phase(actor, 1)).containsInstanceOf(Phase.Down.class);
    }

    @Test
    void told_to_stop_it_stops_its_actors() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo main $$; exec sleep 1000");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> pids().size() == 1);

        agent.destroy();

        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(controlPlane.down(actor, 1).orElseThrow().reason()).isEqualTo(DownReason.AGENT_STOPPED);
        assertThat(pids()).noneMatch(AgentTest::runs);
    }

    @Test
    void bad_setting_is_named_and_nothing_starts() throws Exception {
        var refused = program(Map.of("RIVET_ACTOR_PORTS", "many")).start();

        assertThat(refused.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(refused.exitValue()).isEqualTo(2);
        assertThat(new String(refused.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("RIVET_ACTOR_PORTS: 'many' (expected: two numbers such as 20000-25999)");
    }

    private Process launch() throws IOException {
        return program(Map.of())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private ProcessBuilder program(Map<String, String> more) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("java.class.path");
        var builder = new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.replace(File.pathSeparator + File.pathSeparator, File.pathSeparator),
                AgentMain.class.getName());
        builder.environment().keySet().removeIf(name -> name.startsWith("RIVET_"));
        builder.environment()
                .putAll(Map.of(
                        "RIVET_CONTROL_PLANE_URL",
                        controlPlane.uri().toString(),
                        "RIVET_AGENT_TOKEN",
                        FakeControlPlane.TOKEN,
                        "RIVET_DATA_DIR",
                        data.toString(),
                        "RIVET_DENO",
                        "/bin/false",
                        "RIVET_WARM_PROCESSES",
                        "0"));
        builder.environment().putAll(more);
        return builder;
    }

    private List<String> pids() {
        return controlPlane
                .text(actor)
                .lines()
                .map(line -> line.split(" ", -1)[1])
                .toList();
    }
}
