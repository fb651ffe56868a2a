package rivet.controlplane.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import rivet.controlplane.agent.Reservation;
import rivet.protocol.ActorId;

class DrainPlanTest {

    private static final ActorId FIRST = ActorId.random();
    private static final ActorId SECOND = ActorId.random();
    private static final ActorId THIRD = ActorId.random();

    @Test
    void no_more_are_stopped_than_may_be() {
        var many = IntStream.range(0, 5)
                .mapToObj(_ -> durable(ActorId.random(), 1, 1))
                .toList();

        var plan = DrainPlan.of(List.of(room(100, 100)), List.of(), many, 2);

        assertThat(plan.go()).containsExactly(many.get(0).id(), many.get(1).id());
        assertThat(plan.blocked()).isEmpty();
    }

    @Test
    void one_without_another_place_is_left_and_holds_nobody_up() {
        var plan = DrainPlan.of(
                List.of(room(100, 10)),
                List.of(),
                List.of(durable(FIRST, 200, 1), durable(SECOND, 1, 20), durable(THIRD, 100, 10)),
                9);

        assertThat(plan).isEqualTo(new DrainPlan(List.of(THIRD), List.of(FIRST, SECOND)));
    }

    @Test
    void each_takes_the_room_of_those_after_it() {
        var plan = DrainPlan.of(
                List.of(room(100, 100), room(100, 90)),
                List.of(),
                List.of(durable(FIRST, 100, 50), durable(SECOND, 100, 50), durable(THIRD, 1, 1)),
                9);

        assertThat(plan).isEqualTo(new DrainPlan(List.of(FIRST, SECOND), List.of(THIRD)));
    }

    @Test
    void room_for_those_who_are_on_their_way_is_not_given_twice() {
        var plan = DrainPlan.of(List.of(room(100, 100)), List.of(room(60, 60)), List.of(durable(FIRST, 60, 60)), 9);

        assertThat(plan).isEqualTo(new DrainPlan(List.of(), List.of(FIRST)));
    }

    @Test
    void one_that_is_not_durable_needs_no_other_place() {
        var plan = DrainPlan.of(
                List.of(),
                List.of(),
                List.of(new DrainPlan.Staying(FIRST, room(1, 1), false, false), durable(SECOND, 1, 1)),
                9);

        assertThat(plan).isEqualTo(new DrainPlan(List.of(FIRST), List.of(SECOND)));
    }

    @Test
    void one_that_says_already_that_it_is_blocked_need_not_say_it_again_and_goes_when_it_can() {
        var blocked = List.of(new DrainPlan.Staying(FIRST, room(10, 10), true, true));

        assertThat(DrainPlan.of(List.of(), List.of(), blocked, 9)).isEqualTo(new DrainPlan(List.of(), List.of()));
        assertThat(DrainPlan.of(List.of(room(10, 10)), List.of(), blocked, 9))
                .isEqualTo(new DrainPlan(List.of(FIRST), List.of()));
    }

    private static Reservation room(int cpu, int memory) {
        return new Reservation(cpu, memory);
    }

    private static DrainPlan.Staying durable(ActorId id, int cpu, int memory) {
        return new DrainPlan.Staying(id, room(cpu, memory), true, false);
    }
}
