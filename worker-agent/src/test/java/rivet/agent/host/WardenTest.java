package rivet.agent.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.agent.InnerPids;
import rivet.agent.linux.Exit;
import rivet.agent.warden.Child;
import rivet.agent.warden.Outputs;

/** What the warden does while the agent does nothing, or is not there. */
class WardenTest {

    private static final Limits LIMITS = new Limits(250, 64);
    private static final Duration BOUND = Duration.ofSeconds(10);

    @TempDir
    Path data;

    private final String agent = UUID.randomUUID().toString();
    private final Counted out = new Counted();
    private Host host;

    @BeforeEach
    void start() {
        host = host();
    }

    @AfterEach
    void close() {
        host.close();
        Folders.remove(host.files());
    }

    @Test
    void at_the_deadline_all_is_frozen_without_the_agent_and_a_later_one_lets_it_go_on() throws Exception {
        assumeTrue(canFreeze());
        var sandbox = host.open(LIMITS);
        var ticks = sandbox.folder().resolve("ticks");
        sh(
                sandbox,
                "(setsid sh -c 'while :; do echo d >> %1$s; sleep 0.01; done' &) ; while :; do echo m >> %1$s; sleep 0.01; done"
                        .formatted(ticks),
                "label");
        soon().until(() -> size(ticks) > 20);

        host.lease(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));

        soon().until(() -> isStill(ticks));
        assertThatThrownBy(() -> sh(host.open(LIMITS), "exit 0", "")).hasMessageContaining("lease is over");
        long frozen = size(ticks);

        host.lease(System.nanoTime() + TimeUnit.MINUTES.toNanos(1));

        soon().until(() -> size(ticks) > frozen + 20);
        sandbox.killAll();
        sandbox.close();
    }

    @Test
    void what_is_frozen_can_be_ended() throws Exception {
        assumeTrue(canFreeze());
        var sandbox = host.open(LIMITS);
        var child = sh(sandbox, "while :; do sleep 0.01; done", "label");
        host.lease(System.nanoTime());

        sandbox.killAll();

        assertThat(child.exit().get(5, TimeUnit.SECONDS)).isEqualTo(new Exit.Signal(9));
        sandbox.close();
    }

    @Test
    void grace_is_counted_and_the_kill_is_done_when_there_is_no_agent() throws Exception {
        var sandbox = host.open(LIMITS);
        var child = sh(
                sandbox,
                "trap '' TERM; (setsid sh -c 'trap \"\" TERM; sleep 1000' &) ; echo up; while :; do sleep 1000; done",
                "label");
        soon().until(() -> out.text().contains("up"));
        var mark = "RIVET_PROCESS_ID=" + sandbox.folder().getFileName();
        assertThat(InnerPids.of(mark)).isNotEmpty();

        child.stop(Duration.ofMillis(300));
        host.abandon();

        soon().until(() -> InnerPids.of(mark).isEmpty());
        host = host();
        assertThat(host.survivors())
                .singleElement()
                .satisfies(survivor -> assertThat(survivor.child().exit().get(5, TimeUnit.SECONDS))
                        .isEqualTo(new Exit.Signal(9)));
        end(host.survivors().getFirst());
    }

    @Test
    void code_and_output_are_kept_until_they_are_taken_and_what_has_no_label_ends() throws Exception {
        var kept = host.open(LIMITS);
        var flag = kept.folder().resolve("go");
        sh(
                kept,
                "echo before; while [ ! -e %s ]; do sleep 0.01; done; echo after; printf tail; exit 5".formatted(flag),
                "whose it is");
        var warm = host.open(LIMITS);
        sh(warm, "sleep 1000", "");
        soon().until(() -> out.text().contains("before\n"));

        host.abandon();
        Files.createFile(flag);
        var mark = "RIVET_PROCESS_ID=" + kept.folder().getFileName();
        soon().until(() -> InnerPids.of(mark).isEmpty());
        host = host();

        assertThat(warm.folder()).doesNotExist();
        var survivor = host.survivors().getFirst();
        assertThat(host.survivors()).hasSize(1);
        assertThat(survivor.label()).isEqualTo("whose it is");
        assertThat(survivor.child().exit().get(5, TimeUnit.SECONDS)).isEqualTo(new Exit.Code(5));
        var rest = new Counted();
        survivor.child().attach(new Outputs(rest, rest));
        survivor.child().outputEnd().get(5, TimeUnit.SECONDS);
        assertThat(rest.text()).isEqualTo("after\ntail");
        assertThat(rest.lost.get()).isZero();

        end(survivor);
        host.abandon();
        host = host();
        assertThat(host.survivors()).isEmpty();
    }

    @Test
    void flood_while_no_agent_is_there_never_blocks_and_each_lost_byte_is_counted() throws Exception {
        long flood = 5_000_000;
        var sandbox = host.open(LIMITS);
        var flag = sandbox.folder().resolve("go");
        sh(
                sandbox,
                "echo up; while [ ! -e %s ]; do sleep 0.01; done; head -c %d /dev/zero | tr '\\0' x; echo; exit 0"
                        .formatted(flag, flood),
                "label");
        soon().until(() -> out.text().contains("up\n"));

        host.abandon();
        Files.createFile(flag);
        var mark = "RIVET_PROCESS_ID=" + sandbox.folder().getFileName();
        soon().until(() -> InnerPids.of(mark).isEmpty());
        host = host();

        var survivor = host.survivors().getFirst();
        var rest = new Counted();
        survivor.child().attach(new Outputs(rest, new Counted()));
        survivor.child().outputEnd().get(10, TimeUnit.SECONDS);
        assertThat(rest.lost.get()).isPositive();
        assertThat(rest.lost.get() + rest.bytes.size()).isEqualTo(flood + 1);
        assertThat(rest.text()).endsWith("x\n");
        end(survivor);
    }

    @Test
    void flood_while_the_agent_reads_loses_nothing() throws Exception {
        long flood = 20_000_000;
        var sandbox = host.open(LIMITS);
        var child = sh(sandbox, "head -c %d /dev/zero | tr '\\0' x".formatted(flood), "label");

        child.outputEnd().get(30, TimeUnit.SECONDS);

        assertThat(out.lost.get()).isZero();
        assertThat(out.bytes.size()).isEqualTo((int) flood);
        sandbox.killAll();
        sandbox.close();
    }

    private Host host() {
        return Host.start(
                new Host.Settings(agent, data, Optional.of(new UserRange(61_000, 64_999)), Duration.ofSeconds(30)));
    }

    private Child sh(Sandbox sandbox, String script, String label) throws IOException {
        var child = sandbox.start(
                List.of(Host.SHELL, "-c", "read go; " + script), sandbox.folder(), Map.of(), new Outputs(out, out));
        child.send("go\n".getBytes(UTF_8), label, BOUND);
        return child;
    }

    private static void end(Host.Survivor survivor) {
        survivor.sandbox().killAll();
        survivor.sandbox().close();
    }

    private boolean canFreeze() throws IOException {
        try (var sandbox = host.open(LIMITS)) {
            return sandbox.canFreeze();
        }
    }

    /** Nothing was added during a time in which much would have been. */
    private static boolean isStill(Path file) throws IOException, InterruptedException {
        long before = size(file);
        Thread.sleep(200);
        return size(file) == before;
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static ConditionFactory soon() {
        return await().atMost(BOUND).pollInterval(Duration.ofMillis(5));
    }

    private static final class Counted implements Outputs.Sink {

        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final AtomicLong lost = new AtomicLong();

        @Override
        public void bytes(byte[] more) {
            bytes.writeBytes(more);
        }

        @Override
        public void lost(long count) {
            lost.addAndGet(count);
        }

        String text() {
            return bytes.toString(UTF_8);
        }
    }
}
