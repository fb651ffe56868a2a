package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToAgent.Desired;

/** A whole agent with programs of the shell, against a control plane that only says what a story needs. */
class AgentTest {

    @TempDir
    Path data;

    private final ActorId actor = ActorId.random();
    private FakeControlPlane controlPlane;
    private Agent agent;

    @BeforeEach
    void start() throws IOException {
        // So that the files of actors, who have users of their own, stay in it.
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        controlPlane = new FakeControlPlane();
        agent = Agent.start(settings());
    }

    @AfterEach
    void close() {
        agent.close();
        controlPlane.close();
    }

    @Test
    void program_runs_and_its_exit_and_output_are_told_in_order() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo to out; echo to err >&2; printf 'no end'; exit 3");

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));

        var down = awaitDown(1);
        assertThat(down).isEqualTo(new Down(3, null, DownReason.EXITED, "exit code 3"));
        assertThat(controlPlane.text(actor)).contains("to out", "to err", "no end");
        // Whoever sees the end has seen all lines before it.
        var last = controlPlane.heard.getLast();
        assertThat(last.toString()).contains("Down");
    }

    @Test
    void program_sees_the_authors_variables_and_ours_win() throws Exception {
        var build = TestBuilds.script(controlPlane, "env; pwd; tr '\\0' ' ' < /proc/$$/cmdline; echo; sleep 1000");
        var variables = Map.of(
                "SECRET", "it's a \"secret\"\nof two lines",
                "RIVET_REGION", "a lie",
                "RIVET_PROCESS_ID", "a lie",
                "not-a-name", "x");

        controlPlane.desire(new Run(actor, 7, TestBuilds.spec(build, variables, "my-port")));

        soon().until(() -> controlPlane.text(actor).contains("/start"));
        assertThat(controlPlane.text(actor))
                .contains("SECRET=it's a \"secret\"\nof two lines")
                .contains("RIVET_REGION=local", "RIVET_ACTOR_ID=" + actor, "RIVET_ACTOR_GENERATION=7")
                .contains("RIVET_ENVIRONMENT=e-slug", "RIVET_API_ENDPOINT=" + controlPlane.uri())
                .containsPattern("PORT_MY_PORT=2[0-5]\\d{3}")
                .contains("variable 'not-a-name' is not set")
                .doesNotContain("a lie", "JAVA_HOME", FakeControlPlane.TOKEN);
    }

    @Test
    void actor_that_handles_the_signal_finishes_within_its_grace() throws Exception {
        var build = TestBuilds.script(
                controlPlane, "trap 'echo finishing; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("up"));

        controlPlane.desire(new Stop(actor, 1, 60_000));

        assertThat(awaitDown(1)).isEqualTo(new Down(0, null, DownReason.STOPPED, "it was stopped: exit code 0"));
        assertThat(controlPlane.text(actor)).contains("finishing");
        assertThat(controlPlane.phases(actor, 1)).endsWith(new Phase.Stopping(), awaitDown(1));
    }

    @Test
    void actor_that_ignores_the_signal_is_gone_with_its_daemons_when_the_grace_ends() throws Exception {
        var build = TestBuilds.script(controlPlane, """
                trap '' TERM
                (setsid sh -c 'trap "" TERM; echo daemon $$; exec sleep 1000' &)
                (setsid env -i /bin/sh -c 'trap "" TERM; echo hidden $$; exec /bin/sleep 1000' &)
                echo main $$
                while :; do sleep 1000; done
                """);
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> pids().size() == 3);

        controlPlane.desire(new Stop(actor, 1, 200));

        assertThat(awaitDown(1))
                .isEqualTo(new Down(null, 9, DownReason.KILLED, "it did not leave within its grace and was killed"));
        assertThat(pids()).noneMatch(pid -> InnerPids.runs(agent.id().toString(), pid));
    }

    @Test
    void children_of_a_program_that_left_do_not_stay() throws Exception {
        var build = TestBuilds.script(controlPlane, """
                (setsid sh -c 'echo daemon $$; echo > "$TMPDIR/said"; exec sleep 1000' &)
                while [ ! -e "$TMPDIR/said" ]; do sleep 0.05; done
                exit 0
                """);

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));

        assertThat(awaitDown(1).exitCode()).isEqualTo(0);
        soon().until(() -> pids().size() == 1);
        assertThat(pids()).noneMatch(pid -> InnerPids.runs(agent.id().toString(), pid));
    }

    @Test
    void actor_that_is_no_longer_named_is_killed_and_its_end_is_kept_until_then_only() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo up; exec sleep 1000");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("up"));

        controlPlane.desire();

        assertThat(awaitDown(1).reason()).isEqualTo(DownReason.KILLED);
        controlPlane.desire();
        controlPlane.disconnect();
        soon().until(() -> controlPlane.hellos.size() >= 2
                && controlPlane.hellos.getLast().actors().isEmpty());
    }

    @Test
    void port_that_stays_closed_is_named() throws Exception {
        agent.close();
        var variables = new HashMap<>(variables());
        variables.put("RIVET_START_DEADLINE_MS", "300");
        agent = Agent.start(AgentSettings.read(variables));
        var build = TestBuilds.script(controlPlane, "exec sleep 1000");

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of(), "my-port")));

        var down = awaitDown(1);
        assertThat(down.reason()).isEqualTo(DownReason.PORT_NOT_OPEN);
        assertThat(down.message()).contains("'my-port'", "PORT_MY_PORT");
    }

    @Test
    void whole_set_is_exchanged_after_each_reconnect() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo up; exec sleep 1000");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.up(actor, 1).isPresent());
        var other = ActorId.random();

        controlPlane.disconnect();
        controlPlane.desire(
                new Run(actor, 1, TestBuilds.spec(build, Map.of())),
                new Run(other, 1, TestBuilds.spec(build, Map.of())));

        soon().until(() -> controlPlane.up(other, 1).isPresent());
        assertThat(controlPlane.hellos.getLast().actors())
                .anyMatch(report -> report.actor().equals(actor) && report.phase() instanceof Phase.Up);
        soon().until(() -> controlPlane.text(actor).equals("up"));
    }

    @Test
    void set_that_is_not_newer_or_of_another_epoch_changes_nothing() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo up; exec sleep 1000");
        var run = new Run(actor, 1, TestBuilds.spec(build, Map.of()));
        controlPlane.desire(run);
        soon().until(() -> controlPlane.up(actor, 1).isPresent());
        var late = ActorId.random();

        controlPlane.say(new Desired(controlPlane.epoch.get(), controlPlane.revision(), List.of()));
        controlPlane.say(new Desired(controlPlane.epoch.get() - 1, controlPlane.revision() + 5, List.of()));
        controlPlane.desire(run, new Run(late, 1, TestBuilds.spec(build, Map.of())));

        soon().until(() -> controlPlane.up(late, 1).isPresent());
        assertThat(controlPlane.phase(actor, 1)).containsInstanceOf(Phase.Up.class);
    }

    @Test
    void newer_generation_waits_until_the_older_one_is_gone() throws Exception {
        var build = TestBuilds.script(
                controlPlane,
                "trap 'sleep 0.3; echo gone $RIVET_ACTOR_GENERATION; exit 0' TERM\n"
                        + "echo begun $RIVET_ACTOR_GENERATION; while :; do sleep 0.05; done");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("begun 1"));

        controlPlane.desire(new Stop(actor, 1, 10_000), new Run(actor, 2, TestBuilds.spec(build, Map.of())));

        soon().until(() -> controlPlane.text(actor).contains("begun 2"));
        assertThat(controlPlane.text(actor)).isEqualTo("begun 1\ngone 1\nbegun 2");
    }

    @Test
    void build_with_other_bytes_is_refused() throws Exception {
        var build = TestBuilds.script(controlPlane, "echo never");
        var bytes = Objects.requireNonNull(controlPlane.builds.get(build.id())).clone();
        bytes[bytes.length / 2] ^= 1;
        controlPlane.builds.put(build.id(), bytes);

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));

        var down = awaitDown(1);
        assertThat(down.reason()).isEqualTo(DownReason.BUILD_UNAVAILABLE);
        assertThat(down.message()).contains(build.sha256());
        assertThat(controlPlane.text(actor)).isEmpty();
    }

    @Test
    void stop_of_what_never_ran_here_is_answered() {
        controlPlane.desire(new Stop(actor, 4, 1_000));

        assertThat(awaitDown(4).reason()).isEqualTo(DownReason.STOPPED);
    }

    @Test
    void close_stops_all_with_grace_and_tells_it() throws Exception {
        var build = TestBuilds.script(
                controlPlane, "trap 'echo last words; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        soon().until(() -> controlPlane.text(actor).contains("up"));

        agent.close();

        assertThat(awaitDown(1).reason()).isEqualTo(DownReason.AGENT_STOPPED);
        assertThat(controlPlane.text(actor)).contains("last words");
    }

    @Test
    void ended_generation_is_told_the_same_after_a_restart() throws Exception {
        var build = TestBuilds.script(controlPlane, "exit 0");
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        var down = awaitDown(1);

        agent.close();
        agent = Agent.start(settings());

        soon().until(() -> controlPlane.hellos.size() == 2);
        assertThat(controlPlane.hellos.getLast().actors())
                .singleElement()
                .satisfies(report -> assertThat(report.phase()).isEqualTo(down));
    }

    @Test
    void second_agent_in_the_same_folder_is_refused() {
        assertThatThrownBy(() -> Agent.start(settings())).hasMessageContaining("another agent runs in this folder");
    }

    private AgentSettings settings() {
        return AgentSettings.read(variables());
    }

    private Map<String, String> variables() {
        return Map.of(
                "RIVET_CONTROL_PLANE_URL",
                controlPlane.uri().toString(),
                "RIVET_AGENT_TOKEN",
                FakeControlPlane.TOKEN,
                "RIVET_DATA_DIR",
                data.toString(),
                "RIVET_PROXY_PORT",
                "0",
                "RIVET_DENO",
                "/bin/false",
                "RIVET_WARM_PROCESSES",
                "0");
    }

    private Down awaitDown(long generation) {
        return soon().until(() -> controlPlane.down(actor, generation), Optional::isPresent)
                .orElseThrow();
    }

    /** The numbers after the words that a script printed. */
    private List<String> pids() {
        return controlPlane
                .text(actor)
                .lines()
                .map(line -> line.split(" ", -1)[1])
                .toList();
    }

    static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
    }
}
