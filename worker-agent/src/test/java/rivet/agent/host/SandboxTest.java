package rivet.agent.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.InnerPids;
import rivet.agent.linux.Exit;
import rivet.agent.linux.Posix;
import rivet.agent.warden.Child;
import rivet.agent.warden.Outputs;

class SandboxTest {

    private static final Limits LIMITS = new Limits(250, 64);

    @TempDir
    Path data;

    private final String agent = UUID.randomUUID().toString();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Host host;

    @BeforeEach
    void start() {
        host = Host.start(settings());
    }

    @AfterEach
    void close() {
        host.close();
        Folders.remove(host.files());
    }

    @Test
    void exit_code_and_output_arrive() throws Exception {
        try (var sandbox = host.open(LIMITS)) {
            var child = sh(sandbox, "echo out; echo err >&2; exit 7");

            assertThat(child.exit().get(5, TimeUnit.SECONDS)).isEqualTo(new Exit.Code(7));
            child.outputEnd().get(5, TimeUnit.SECONDS);
            assertThat(out).hasToString("out\n");
            assertThat(err).hasToString("err\n");
            sandbox.killAll();
        }
    }

    @Test
    void a_kill_is_told_from_an_exit_code_of_137() throws Exception {
        try (var sandbox = host.open(LIMITS)) {
            assertThat(sh(sandbox, "kill -9 $$").exit().get(5, TimeUnit.SECONDS))
                    .isEqualTo(new Exit.Signal(9));
            assertThat(sh(sandbox, "exit 137").exit().get(5, TimeUnit.SECONDS)).isEqualTo(new Exit.Code(137));
            sandbox.killAll();
        }
    }

    @Test
    void what_is_sent_is_read_and_then_the_input_ends() throws Exception {
        try (var sandbox = host.open(LIMITS)) {
            var child = sh(sandbox, "wc -c");
            child.send(new byte[300_000], Duration.ofSeconds(5));

            child.outputEnd().get(5, TimeUnit.SECONDS);
            assertThat(out.toString(UTF_8).strip()).isEqualTo("300000");
            sandbox.killAll();
        }
    }

    @Test
    void nothing_survives_a_kill_however_it_hides() throws Exception {
        try (var sandbox = host.open(LIMITS)) {
            var pids = sandbox.folder().resolve("pids");
            // A child, a daemon in a session of its own, and one that has dropped its environment as well.
            sh(sandbox, """
                    trap '' TERM
                    sleep 1000 & echo $! >> %1$s
                    (setsid sh -c 'trap "" TERM; echo $$ >> %1$s; exec sleep 1000' &)
                    (setsid env -i /bin/sh -c 'echo $$ >> %1$s; exec /bin/sleep 1000' &)
                    echo $$ >> %1$s
                    wait
                    """.formatted(pids));
            await().until(() -> Files.exists(pids) && Files.readAllLines(pids).size() == 4);

            sandbox.killAll();

            assertThat(Files.readAllLines(pids)).noneMatch(pid -> InnerPids.runs(agent, pid));
        }
    }

    @Test
    void a_sandbox_has_its_own_user_and_no_rights_and_a_clean_environment() throws Exception {
        assumeTrue(Posix.isRoot());
        try (var sandbox = host.open(LIMITS)) {
            var child = sh(sandbox, "id -u; grep -E 'CapEff|CapBnd|NoNewPrivs|^Groups' /proc/self/status; env");
            child.outputEnd().get(5, TimeUnit.SECONDS);

            assertThat(Integer.parseInt(out.toString(UTF_8).lines().findFirst().orElseThrow()))
                    .isBetween(61_000, 64_999);
            assertThat(out.toString(UTF_8))
                    .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1")
                    .contains("RIVET_AGENT_ID=" + agent)
                    .doesNotContain("JAVA_HOME", "MAVEN");
            sandbox.killAll();
        }
    }

    @Test
    void what_a_killed_agent_left_is_ended_at_the_next_start() throws Exception {
        var sandbox = host.open(LIMITS);
        var child = sh(sandbox, "trap '' TERM; echo ready; while :; do sleep 1000; done");
        await().atMost(Duration.ofSeconds(5)).until(() -> out.toString(UTF_8).contains("ready"));

        try (var again = Host.start(settings())) {
            assertThat(again.files()).isNotNull();
            assertThat(child.exit().get(5, TimeUnit.SECONDS)).isEqualTo(new Exit.Signal(9));
            assertThat(sandbox.folder()).doesNotExist();
        }
    }

    private Child sh(Sandbox sandbox, String script) {
        return sandbox.start(
                List.of(Host.SHELL, "-c", script),
                sandbox.folder(),
                Map.of(),
                new Outputs(out::writeBytes, err::writeBytes));
    }

    private Host.Settings settings() {
        return new Host.Settings(agent, data, Optional.of(new UserRange(61_000, 64_999)), Duration.ofSeconds(30));
    }
}
