package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.Health;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor.Newer;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.StopReason;

class SupervisorTest {

    @TempDir
    Path folder;

    private final ActorId actor = ActorId.random();
    private final FakeLauncher launcher = new FakeLauncher();
    private volatile boolean leased = true;
    private volatile boolean unanswered;
    private volatile boolean connected;
    private volatile Duration quiet = Duration.ZERO;
    private final AtomicInteger looks = new AtomicInteger();
    private Supervisor supervisor;

    @BeforeEach
    void open() {
        supervisor = recalled(launcher);
    }

    private Supervisor recalled(FakeLauncher launcher) {
        var supervisor = new Supervisor(
                new Supervisor.Settings(Duration.ofSeconds(10), Duration.ofSeconds(5), 2),
                new Supervisor.Parts(
                        launcher,
                        Journal.open(folder),
                        new LocalPorts(new LocalPorts.Range(26_000, 26_999), 0),
                        () -> leased,
                        new Traffic()),
                launcher,
                _ -> {});
        supervisor.recall();
        return supervisor;
    }

    private final class Traffic implements Supervisor.Traffic {

        @Override
        public boolean hasUnanswered(ActorId actor, long generation) {
            return unanswered;
        }

        @Override
        public boolean isUsed(ActorId actor, long generation) {
            return unanswered || connected;
        }

        @Override
        public long quietNanos(ActorId actor, long generation) {
            looks.incrementAndGet();
            return quiet.toNanos();
        }
    }

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void proxy_hears_of_a_stop_before_the_actor_does() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");

        supervisor.desire(List.of(new Stop(actor, 1, 10_000)), () -> {});

        launcher.await("down stopped");
        assertThat(launcher.story)
                .containsExactly(
                        "starting fetch",
                        "starting spawn",
                        "launch 1",
                        "starting listen",
                        "up",
                        "stopping",
                        "terminate",
                        "kill all",
                        "close",
                        "down stopped");
    }

    @Test
    void an_actor_that_stops_is_told_when_it_has_answered_what_it_was_asked() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        unanswered = true;

        supervisor.desire(List.of(new Stop(actor, 1, 3_600_000)), () -> {});
        launcher.await("stopping");
        assertThat(launcher.story).doesNotContain("terminate");
        unanswered = false;

        launcher.await("terminate");
    }

    @Test
    void an_actor_that_does_not_answer_is_told_when_half_of_its_grace_is_over() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        unanswered = true;

        supervisor.desire(List.of(new Stop(actor, 1, 200)), () -> {});

        launcher.await("down stopped");
        assertThat(launcher.story).containsSubsequence("stopping", "terminate", "kill all");
    }

    @Test
    void an_actor_that_the_warden_killed_first_when_its_grace_was_over_is_told_as_killed() {
        launcher.ignoresTheSignal = true;
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");

        supervisor.desire(List.of(new Stop(actor, 1, 100)), () -> {});

        launcher.await("down killed");
    }

    @Test
    void an_actor_that_is_drained_is_told_when_its_last_connection_has_ended() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        connected = true;

        supervisor.desire(List.of(new Stop(actor, 1, 200, null, 3_600_000L, StopReason.UPGRADE)), () -> {});
        launcher.await("stopping");
        assertThat(launcher.story).doesNotContain("terminate");
        connected = false;

        launcher.await("terminate");
    }

    @Test
    void an_actor_whose_connections_do_not_end_is_told_when_the_drain_is_over() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        connected = true;

        supervisor.desire(List.of(new Stop(actor, 1, 200, null, 300L, StopReason.UPGRADE)), () -> {});

        launcher.await("down stopped");
        assertThat(launcher.story).containsSubsequence("stopping", "terminate", "kill all");
    }

    @Test
    void a_drain_ends_when_somebody_will_not_wait_for_it() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        connected = true;
        supervisor.desire(List.of(new Stop(actor, 1, 200, null, 3_600_000L, StopReason.UPGRADE)), () -> {});
        launcher.await("stopping");

        supervisor.desire(List.of(new Stop(actor, 1, 200, null, null, StopReason.DESTROY)), () -> {});

        launcher.await("down stopped");
    }

    @Test
    void one_that_nobody_uses_makes_way_for_a_newer_build_that_waits_for_that() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        quiet = Duration.ofMillis(999);
        supervisor.desire(List.of(new Run(actor, 1, SPEC, new Newer(BuildId.random(), 1_000L))), () -> {});
        await().until(() -> looks.get() > 2);
        assertThat(launcher.story).endsWith("up");

        quiet = Duration.ofSeconds(1);

        launcher.await("up, unused");
        supervisor.desire(List.of(run(1)), () -> {});
        await().untilAsserted(() -> assertThat(launcher.story).endsWith("up, unused", "up"));
    }

    @Test
    void what_is_to_start_when_the_lease_has_ended_starts_with_the_next_one() {
        leased = false;
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("starting fetch");

        leased = true;

        launcher.await("up");
        assertThat(launcher.story).doesNotContain("down spawn_failed");
    }

    @Test
    void what_waits_for_a_lease_is_not_started_once_it_is_not_named() {
        leased = false;
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("starting fetch");

        supervisor.desire(List.of(), () -> {});

        launcher.await("forgotten");
        assertThat(launcher.story).doesNotContain("launch 1");
    }

    @Test
    void generation_is_launched_once_however_often_it_is_desired() {
        supervisor.desire(List.of(run(1)), () -> {});
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        launcher.ends(1);
        launcher.await("down exited");

        supervisor.desire(List.of(run(1)), () -> {});
        supervisor.desire(List.of(run(1), new Stop(ActorId.random(), 1, 0)), () -> {});

        assertThat(launcher.story).filteredOn("launch 1"::equals).hasSize(1);
    }

    @Test
    void generation_that_was_journaled_but_lost_is_reported_and_not_launched() {
        supervisor.close();
        try (var journal = Journal.open(folder)) {
            journal.started(new ActorKey(actor, 1));
        }
        open();

        supervisor.desire(List.of(run(1)), () -> {});

        assertThat(supervisor.inventory())
                .singleElement()
                .satisfies(report -> assertThat(report.phase())
                        .isInstanceOfSatisfying(
                                Phase.Down.class,
                                down -> assertThat(down.reason()).isEqualTo(DownReason.AGENT_RESTARTED)));
        assertThat(launcher.story).doesNotContain("launch 1");
    }

    @Test
    void what_outlived_the_agent_runs_on_although_another_of_them_has_ended() {
        supervisor.close();
        var other = ActorId.random();
        try (var journal = Journal.open(folder)) {
            journal.started(new ActorKey(actor, 1));
            journal.started(new ActorKey(other, 1));
        }
        launcher.survivors = List.of(launcher.left(actor, SPEC), launcher.leftAndEnded(other, SPEC));
        open();

        launcher.await("up");
        launcher.await("down exited");

        assertThat(supervisor.inventory())
                .extracting(report -> report.phase().getClass().getSimpleName())
                .containsExactlyInAnyOrder("Up", "Down");
        assertThat(launcher.story).doesNotContain("stopping", "forgotten");
    }

    @Test
    void a_few_start_at_a_time_and_one_that_takes_long_holds_up_nobody() {
        var spec = saysItself();

        supervisor.desire(
                List.of(
                        new Run(ActorId.random(), 1, spec),
                        new Run(ActorId.random(), 1, spec),
                        new Run(ActorId.random(), 1, spec)),
                () -> {});

        launcher.await("starting queue");
        Awaitility.await().until(() -> Collections.frequency(launcher.story, "launch 1") == 3);
        assertThat(launcher.story).containsOnlyOnce("starting queue");
    }

    @Test
    void what_outlived_the_agent_and_had_not_said_that_it_is_ready_still_has_to() {
        var spec = saysItself();
        supervisor.close();
        try (var journal = Journal.open(folder)) {
            journal.started(new ActorKey(actor, 1));
        }
        launcher.survivors = List.of(launcher.left(actor, spec));
        open();
        launcher.await("starting listen");
        assertThat(launcher.story).doesNotContain("up");

        launcher.saysThatItIsReady();

        launcher.await("up");
    }

    @Test
    void what_outlived_the_agent_and_had_said_that_it_is_ready_need_not_say_it_again() {
        var spec = saysItself();
        supervisor.desire(List.of(new Run(actor, 1, spec)), () -> {});
        launcher.await("starting listen");
        launcher.saysThatItIsReady();
        launcher.await("up");

        try (var journal = Journal.open(folder)) {
            assertThat(journal.isReady(new ActorKey(actor, 1))).isTrue();
        }
        var next = new FakeLauncher();
        next.survivors = List.of(next.left(actor, spec));
        try (var _ = recalled(next)) {
            next.await("up");
        }
    }

    private static ActorSpec saysItself() {
        return spec(new Health(null, true, null, null), null);
    }

    @Test
    void stop_during_the_fetch_ends_it_without_a_process() {
        launcher.fetched = new CompletableFuture<>();
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("starting fetch");

        supervisor.desire(List.of(new Stop(actor, 1, 0)), () -> {});

        launcher.await("down stopped");
        launcher.fetched.complete(null);
        launcher.await("release");
        assertThat(launcher.story).doesNotContain("launch 1");
    }

    @Test
    void build_that_cannot_be_had_is_the_reason() {
        launcher.fetched =
                CompletableFuture.failedFuture(new Launcher.LaunchFailed(DownReason.BUILD_UNAVAILABLE, "gone", null));

        supervisor.desire(List.of(run(1)), () -> {});

        launcher.await("down build_unavailable");
    }

    @Test
    void end_is_forgotten_when_it_is_no_longer_named() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");
        launcher.ends(0);
        launcher.await("down exited");

        supervisor.desire(List.of(), () -> {});

        assertThat(launcher.story).endsWith("forgotten");
        assertThat(supervisor.inventory()).isEmpty();
    }

    @Test
    void one_that_nobody_uses_need_not_run_until_somebody_does() {
        supervisor.desire(List.of(new Run(actor, 1, idleAfter(1_000))), () -> {});
        launcher.await("up");
        quiet = Duration.ofMillis(999);
        await().until(() -> looks.get() > 2);
        assertThat(launcher.story).endsWith("up");

        quiet = Duration.ofSeconds(1);

        launcher.await("up, idle");
        quiet = Duration.ZERO;

        await().untilAsserted(() -> assertThat(launcher.story).endsWith("up, idle", "up"));
    }

    @Test
    void one_that_is_at_an_alarm_is_used_although_nobody_asks_it_anything() {
        launcher.handlesAlarm = true;
        quiet = Duration.ofSeconds(5);
        supervisor.desire(List.of(new Run(actor, 1, idleAfter(1_000))), () -> {});
        await().until(() -> launcher.alarmLooks.get() > 2 || launcher.story.contains("up, idle"));
        assertThat(launcher.story).endsWith("up");

        launcher.handlesAlarm = false;

        launcher.await("up, idle");
    }

    @Test
    void one_that_asks_to_sleep_need_not_run() {
        supervisor.desire(List.of(run(1)), () -> {});
        launcher.await("up");

        launcher.asksToSleep();

        launcher.await("up, asked");
    }

    private static ActorSpec idleAfter(long ms) {
        return spec(null, ms);
    }

    private static ActorSpec spec(@Nullable Health health, @Nullable Long idleMs) {
        return new ActorSpec(
                SPEC.build(),
                SPEC.tags(),
                SPEC.key(),
                SPEC.environment(),
                SPEC.ports(),
                SPEC.cpuMillicores(),
                SPEC.memoryMib(),
                SPEC.graceMs(),
                SPEC.owner(),
                SPEC.createdAt(),
                health,
                idleMs,
                null);
    }

    private Run run(long generation) {
        return new Run(actor, generation, SPEC);
    }

    static final ActorSpec SPEC = new ActorSpec(
            new ActorSpec.Build(BuildId.random(), BuildKind.EXECUTABLE, "00", 1, "none"),
            Map.of(),
            null,
            Map.of(),
            Map.of(),
            250,
            256,
            5_000,
            new ActorSpec.Owner("p", "p", "e", "e", "c", "local", "Local"),
            Instant.EPOCH);
}
