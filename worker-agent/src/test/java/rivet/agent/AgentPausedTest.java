package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static rivet.agent.AgentTest.soon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.host.Host;
import rivet.protocol.ActorId;
import rivet.protocol.link.DesiredActor.Run;

/** An agent that stands still while its lease runs out: its warden does not. */
class AgentPausedTest {

    @TempDir
    Path data;

    private final ActorId actor = ActorId.random();
    private Path ticks;
    private FakeControlPlane controlPlane;
    private Process agent;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(canFreeze());
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        ticks = Files.createFile(data.resolve("ticks"));
        Files.setPosixFilePermissions(ticks, PosixFilePermissions.fromString("rw-rw-rw-"));
        controlPlane = new FakeControlPlane();
        controlPlane.fenceMs = 1500;
        agent = AgentProgram.of(controlPlane, data, Map.of())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @AfterEach
    void close() throws InterruptedException, IOException {
        if (agent != null) {
            signal("CONT");
            agent.destroy();
            assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
            controlPlane.close();
        }
    }

    @Test
    void actors_stand_still_at_the_fence_and_go_on_when_there_is_a_lease_again() throws Exception {
        var build = TestBuilds.script(
                controlPlane,
                "(setsid sh -c 'while :; do echo >> %s; sleep 0.01; done' &) ; exec sleep 1000".formatted(ticks));
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> size(ticks) > 20);

        signal("STOP");

        soon().until(() -> isStill(ticks));
        long frozen = size(ticks);
        signal("CONT");
        soon().until(() -> size(ticks) > frozen + 20);
        assertThat(controlPlane.down(actor, 1)).isEmpty();
    }

    @Test
    void what_is_not_named_any_more_never_goes_on_and_what_is_new_starts() throws Exception {
        var build = TestBuilds.script(controlPlane, "while :; do echo >> %s; sleep 0.01; done".formatted(ticks));
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> size(ticks) > 20);
        signal("STOP");
        soon().until(() -> isStill(ticks));
        var next = ActorId.random();
        var nextBuild = TestBuilds.script(controlPlane, "exec sleep 1000");

        controlPlane.fenceNext = true;
        controlPlane.desire(new Run(next, 1, TestBuilds.spec(nextBuild, Map.of())));
        signal("CONT");

        soon().until(() -> controlPlane.up(next, 1).isPresent());
        assertThat(isStill(ticks)).isTrue();
    }

    private static boolean canFreeze() throws IOException {
        var folder = Files.createTempDirectory("freeze");
        try (var host = Host.start(new Host.Settings("freeze", folder, Optional.empty(), Duration.ofSeconds(10)))) {
            return host.canFreeze();
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(agent.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Nothing was added during a time in which much would have been. */
    private static boolean isStill(Path file) throws IOException, InterruptedException {
        long before = size(file);
        Thread.sleep(200);
        return size(file) == before;
    }

    private static long size(Path file) throws IOException {
        return Files.size(file);
    }
}
