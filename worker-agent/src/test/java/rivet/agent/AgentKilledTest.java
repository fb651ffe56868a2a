package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.AgentTest.soon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
    void what_it_ran_lives_on_and_is_adopted_with_all_that_was_printed_meanwhile() throws Exception {
        var build = TestBuilds.script(controlPlane, """
                (setsid sh -c 'trap "" TERM; echo daemon $$; exec sleep 1000' &)
                i=0; while [ $((i=i+1)) -le 2000 ]; do echo line $i; sleep 0.005; done; exec sleep 1000
                """);
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("line 50\n"));
        // The two that stay, the script and its daemon; between lines there is a third.
        var before = InnerPids.of("RIVET_ACTOR_ID=" + actor).subList(0, 2);
        int known = controlPlane.lines.size();

        agent.destroyForcibly().waitFor();
        agent = launch();

        soon().until(() -> controlPlane.hellos.size() == 2);
        assertThat(controlPlane.hellos.getLast().actors())
                .singleElement()
                .satisfies(report -> assertThat(report.generation()).isEqualTo(1))
                .extracting(ActorReport::phase)
                .isNotInstanceOf(Phase.Down.class);
        soon().until(() -> controlPlane.text(actor).contains("line 1500\n"));
        assertThat(InnerPids.of("RIVET_ACTOR_ID=" + actor)).contains(before.toArray(Long[]::new));
        assertThat(numbered())
                .containsAll(IntStream.rangeClosed(known + 100, 1500).boxed().toList());
        assertThat(numbered()).doesNotHaveDuplicates().isSorted();
        assertThat(controlPlane.text(actor)).doesNotContain("[rivet:");
    }

    @Test
    void an_end_while_it_was_away_is_told_with_its_code_and_its_last_words() throws Exception {
        var flag = data.resolve("leave");
        var build = TestBuilds.script(
                controlPlane,
                "echo up; while [ ! -e %s ]; do sleep 0.02; done; echo last words; exit 7".formatted(flag));
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("up"));

        agent.destroyForcibly().waitFor();
        Files.createFile(flag);
        soon().until(() -> InnerPids.of("RIVET_ACTOR_ID=" + actor).isEmpty());
        agent = launch();

        var down = soon().until(this::toldEnd, Optional::isPresent).orElseThrow();
        assertThat(down).isEqualTo(new Phase.Down(7, null, DownReason.EXITED, "exit code 7"));
        soon().until(() -> controlPlane.text(actor).contains("last words"));
    }

    @Test
    void when_no_agent_comes_back_all_ends_by_itself() throws Exception {
        agent.destroy();
        agent.waitFor();
        agent = launch(Map.of("RIVET_ORPHAN_LIMIT_MS", "500"));
        var build = TestBuilds.script(controlPlane, "(setsid sleep 1000 &) ; echo up; exec sleep 1000");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("up"));
        var id = "RIVET_AGENT_ID=" + controlPlane.hellos.getFirst().agent();
        assertThat(InnerPids.of(id)).hasSizeGreaterThan(2);

        agent.destroyForcibly().waitFor();

        soon().until(() -> InnerPids.of(id).isEmpty());
    }

    @Test
    void when_the_warden_is_killed_nothing_survives_it_and_the_end_is_told() throws Exception {
        var build = TestBuilds.script(controlPlane, """
                (setsid sh -c 'trap "" TERM; exec sleep 1000' &)
                (setsid env -i /bin/sh -c 'exec /bin/sleep 1000' &)
                echo up; exec sleep 1000
                """);
        var run = new Run(actor, 1, TestBuilds.spec(build, Map.of()));
        controlPlane.desire(run);
        soon().until(() -> controlPlane.text(actor).contains("up"));

        InnerPids.of("RIVET_PROCESS_ID=warden").stream()
                .filter(InnerPids.of(
                        "RIVET_AGENT_ID=" + controlPlane.hellos.getFirst().agent())::contains)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));

        soon().until(() -> controlPlane.down(actor, 1).isPresent());
        assertThat(InnerPids.of("RIVET_ACTOR_ID=" + actor)).isEmpty();
        var next = new Run(actor, 2, run.spec());
        controlPlane.desire(run, next);
        soon().until(() -> controlPlane.up(actor, 2).isPresent());
    }

    @Test
    void told_to_stop_it_stops_its_actors() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo main $$; exec sleep 1000");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> pids().size() == 1);

        agent.destroy();

        assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(controlPlane.down(actor, 1).orElseThrow().reason()).isEqualTo(DownReason.AGENT_STOPPED);
        assertThat(InnerPids.of("RIVET_ACTOR_ID=" + actor)).isEmpty();
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
        return launch(Map.of());
    }

    private Process launch(Map<String, String> more) throws IOException {
        return program(more)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private ProcessBuilder program(Map<String, String> more) {
        return AgentProgram.of(controlPlane, data, more);
    }

    /** By itself, or already in the hello. */
    private Optional<Phase.Down> toldEnd() {
        return controlPlane
                .down(actor, 1)
                .or(() -> controlPlane.hellos.getLast().actors().stream()
                        .map(ActorReport::phase)
                        .filter(Phase.Down.class::isInstance)
                        .map(Phase.Down.class::cast)
                        .findFirst());
    }

    private List<Integer> numbered() {
        return controlPlane
                .text(actor)
                .lines()
                .filter(line -> line.startsWith("line "))
                .map(line -> Integer.parseInt(line.substring("line ".length())))
                .toList();
    }

    private List<String> pids() {
        return controlPlane
                .text(actor)
                .lines()
                .map(line -> line.split(" ", -1)[1])
                .toList();
    }
}
