package rivet.controlplane.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static rivet.controlplane.actor.Lives.AT;
import static rivet.controlplane.actor.Lives.BACKOFF;
import static rivet.controlplane.actor.Lives.GRACE;
import static rivet.controlplane.actor.Lives.NEXT;
import static rivet.controlplane.actor.Lives.NOW;
import static rivet.controlplane.actor.Lives.OLDER;
import static rivet.controlplane.actor.Lives.RETRY_AT;
import static rivet.controlplane.actor.Lives.THEN;

import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import rivet.controlplane.actor.ActorEvent.DestroyRequested;
import rivet.controlplane.actor.ActorEvent.Down;
import rivet.controlplane.actor.ActorEvent.Placed;
import rivet.controlplane.actor.ActorEvent.RetryDue;
import rivet.controlplane.actor.ActorEvent.Up;
import rivet.controlplane.actor.ActorEvent.UpgradeRequested;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.actor.ActorState.Then;
import rivet.controlplane.actor.ActorState.Waiting;

class ActorLifecycleTest {

    @Test
    void every_state_and_every_event_is_walked() {
        assertThat(Lives.kindsAmong(Lives.states().values()))
                .containsExactlyInAnyOrderElementsOf(Lives.kindsOf(ActorState.class));
        assertThat(Lives.kindsAmong(Lives.events().values()))
                .containsExactlyInAnyOrderElementsOf(Lives.kindsOf(ActorEvent.class));
    }

    @Test
    void what_is_destroyed_never_revives() {
        var destroyed = new Destroyed(THEN, "completed", Lives.exited(0));

        forEachEvent(event -> assertThat(next(destroyed, event)).isEqualTo(destroyed));
    }

    @Test
    void what_is_on_its_way_out_never_turns_round() {
        forEachPair((state, event) -> {
            if (state.ending()) {
                assertThat(next(state, event).ending()).isTrue();
            }
        });
    }

    @Test
    void a_report_of_an_older_generation_changes_nothing() {
        forEachPair((state, event) -> {
            var stale = switch (event) {
                case Up up -> up.from().equals(OLDER);
                case Down down -> down.from().equals(OLDER);
                default -> false;
            };
            if (stale) {
                assertThat(next(state, event)).isEqualTo(state);
            }
        });
    }

    /** The heart of it: only the agent can say that a copy is gone, and until it does there is no other. */
    @Test
    void no_agent_loses_an_actor_but_by_saying_that_its_copy_is_gone() {
        forEachPair((state, event) -> {
            var held = state.assignment();
            var after = next(state, event).assignment();
            if (held.isPresent() && !after.equals(held)) {
                assertThat(after).isEmpty();
                assertThat(event)
                        .isInstanceOfSatisfying(
                                Down.class, down -> assertThat(down.from()).isEqualTo(held.get()));
            }
        });
    }

    @Test
    void only_placing_gives_an_actor_to_an_agent() {
        forEachPair((state, event) -> {
            if (state.assignment().isEmpty() && next(state, event).assignment().isPresent()) {
                assertThat(state).isInstanceOf(Pending.class);
                assertThat(next(state, event)).isEqualTo(new Starting(NOW, NEXT, 0));
                assertThat(event).isInstanceOf(Placed.class);
            }
        });
    }

    @Test
    void told_twice_is_told_once() {
        forEachPair((state, event) -> {
            var once = next(state, event);

            assertThat(next(once, event)).isEqualTo(once);
        });
    }

    @Test
    void after_a_destroy_request_every_actor_is_on_its_way_out() {
        forEachState(state -> assertThat(
                        next(state, new DestroyRequested(NOW, GRACE)).ending())
                .isTrue());
    }

    @Test
    void a_running_actor_is_told_to_stop_before_it_is_destroyed() {
        var stopping = next(Lives.running(0), new DestroyRequested(NOW, GRACE));
        assertThat(stopping).isEqualTo(new Stopping(NOW, AT, GRACE, Then.DESTROY));

        var gone = Lives.exited(143);
        assertThat(next(stopping, Lives.down(AT, gone, true))).isEqualTo(new Destroyed(NOW, "destroy_requested", gone));
    }

    @Test
    void a_second_destroy_may_shorten_the_grace_and_never_lengthens_it() {
        var stopping = new Stopping(THEN, AT, Duration.ofSeconds(5), Then.DESTROY);

        assertThat(next(stopping, new DestroyRequested(NOW, Duration.ofSeconds(1))))
                .isEqualTo(new Stopping(THEN, AT, Duration.ofSeconds(1), Then.DESTROY));
        assertThat(next(stopping, new DestroyRequested(NOW, Duration.ofSeconds(9))))
                .isEqualTo(stopping);
    }

    @Test
    void a_destroy_wins_over_the_restart_of_an_upgrade() {
        var restarting = new Stopping(THEN, AT, GRACE, Then.RESTART);

        var stopping = next(restarting, new DestroyRequested(NOW, GRACE));

        assertThat(stopping).isEqualTo(new Stopping(THEN, AT, GRACE, Then.DESTROY));
        assertThat(next(stopping, new UpgradeRequested(NOW, GRACE, UpgradePolicy.NOW)))
                .isEqualTo(stopping);
    }

    @Test
    void an_upgrade_stops_the_copy_and_then_waits_for_an_agent_without_its_crashes() {
        var stopping = next(Lives.running(3), new UpgradeRequested(NOW, GRACE, UpgradePolicy.NOW));
        assertThat(stopping).isEqualTo(new Stopping(NOW, AT, GRACE, Then.RESTART));

        assertThat(next(stopping, Lives.down(AT, Lives.crash(), false)))
                .isEqualTo(new Pending(NOW, Waiting.UPGRADED, 0));
    }

    @Test
    void an_upgrade_of_a_resting_actor_does_not_wait_for_the_rest_to_end() {
        var resting = new CrashBackoff(THEN, NOW.plusSeconds(300), Lives.crash(), 9);

        assertThat(next(resting, new UpgradeRequested(NOW, GRACE, UpgradePolicy.NOW)))
                .isEqualTo(new Pending(NOW, Waiting.UPGRADED, 0));
    }

    @Test
    void the_first_crash_is_followed_by_a_start_at_once_and_the_second_by_a_rest() {
        var once = next(Lives.running(0), Lives.down(AT, Lives.crash(), true));
        assertThat(once).isEqualTo(new Pending(NOW, Waiting.CRASHED, 1));

        var twice = next(new Starting(THEN, AT, 1), Lives.down(AT, Lives.crash(), true));
        assertThat(twice).isEqualTo(new CrashBackoff(NOW, NOW.plus(BACKOFF.base()), Lives.crash(), 2));
    }

    @Test
    void an_actor_that_ran_long_enough_is_forgiven_its_earlier_crashes() {
        var long_ = new Running(NOW.minus(BACKOFF.healthyAfter()), AT, Map.of(), 9);
        var short_ = new Running(NOW.minus(BACKOFF.healthyAfter()).plusMillis(1), AT, Map.of(), 9);

        assertThat(next(long_, Lives.down(AT, Lives.crash(), true))).isEqualTo(new Pending(NOW, Waiting.CRASHED, 1));
        assertThat(next(short_, Lives.down(AT, Lives.crash(), true)))
                .isEqualTo(new CrashBackoff(NOW, NOW.plus(BACKOFF.max()), Lives.crash(), 10));
    }

    @Test
    void a_crash_ends_an_actor_that_is_not_durable() {
        assertThat(next(Lives.running(0), Lives.down(AT, Lives.crash(), false)))
                .isEqualTo(new Destroyed(NOW, "crashed", Lives.crash()));
    }

    @Test
    void completing_ends_a_durable_actor_as_well() {
        assertThat(next(Lives.running(0), Lives.down(AT, Lives.exited(0), true)))
                .isEqualTo(new Destroyed(NOW, "completed", Lives.exited(0)));
    }

    @Test
    void the_end_of_an_agent_is_not_held_against_its_actors() {
        assertThat(next(Lives.running(3), Lives.down(AT, Lives.agentGone(), true)))
                .isEqualTo(new Pending(NOW, Waiting.AGENT_RESTARTED, 3));
    }

    @Test
    void a_new_build_whose_first_start_fails_is_rolled_back_however_it_failed() {
        var rolledBack = new Pending(NOW, Waiting.ROLLED_BACK, 0);

        assertThat(next(Lives.starting(0), Lives.onTrial(AT, Lives.crash()))).isEqualTo(rolledBack);
        assertThat(next(Lives.starting(0), Lives.onTrial(AT, Lives.exited(0)))).isEqualTo(rolledBack);
    }

    @Test
    void the_end_of_an_agent_does_not_roll_a_new_build_back() {
        assertThat(next(Lives.starting(0), Lives.onTrial(AT, Lives.agentGone())))
                .isEqualTo(new Pending(NOW, Waiting.AGENT_RESTARTED, 0));
    }

    @Test
    void a_rest_is_not_cut_short() {
        var resting = new CrashBackoff(THEN, RETRY_AT, Lives.crash(), 2);

        assertThat(next(resting, new RetryDue(RETRY_AT.minusMillis(1)))).isEqualTo(resting);
        assertThat(next(resting, new RetryDue(RETRY_AT))).isEqualTo(new Pending(RETRY_AT, Waiting.CRASHED, 2));
    }

    @Test
    void a_clock_that_has_gone_back_ends_a_rest() {
        var before = THEN.minusMillis(1);

        assertThat(next(new CrashBackoff(THEN, RETRY_AT, Lives.crash(), 2), new RetryDue(before)))
                .isEqualTo(new Pending(before, Waiting.CRASHED, 2));
    }

    @Test
    void a_late_up_does_not_revive_what_is_stopping() {
        var stopping = Lives.stopping(Then.DESTROY);

        assertThat(next(stopping, Lives.up(AT))).isEqualTo(stopping);
    }

    @Test
    void up_makes_a_starting_actor_run_with_the_ports_it_has() {
        assertThat(next(Lives.starting(2), Lives.up(AT))).isEqualTo(new Running(NOW, AT, Map.of("http", 4711), 2));
    }

    private static ActorState next(ActorState state, ActorEvent event) {
        return ActorLifecycle.next(state, event);
    }

    private static void forEachPair(BiConsumer<ActorState, ActorEvent> told) {
        Lives.states()
                .forEach((state, from) -> Lives.events().forEach((event, happened) -> {
                    try {
                        told.accept(from, happened);
                    } catch (AssertionError e) {
                        fail("%s, %s: %s".formatted(state, event, e.getMessage()), e);
                    }
                }));
    }

    private static void forEachState(Consumer<ActorState> told) {
        Lives.states().values().forEach(told);
    }

    private static void forEachEvent(Consumer<ActorEvent> told) {
        Lives.events().values().forEach(told);
    }
}
