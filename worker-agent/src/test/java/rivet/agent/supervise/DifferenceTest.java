package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rivet.agent.supervise.Difference.Known;
import rivet.agent.supervise.Difference.Step;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;

class DifferenceTest {

    private final ActorId actor = ActorId.random();

    @Test
    void new_generation_is_started() {
        assertThat(Difference.between(Map.of(), List.of(run(1)))).containsExactly(new Step.Start(run(1)));
    }

    @Test
    void running_or_ended_generation_is_left_as_it_is() {
        assertThat(Difference.between(Map.of(key(1), Known.ALIVE), List.of(run(1))))
                .containsExactly(new Step.GoOn(key(1), null));
        assertThat(Difference.between(Map.of(key(1), Known.DOWN), List.of(run(1))))
                .isEmpty();
    }

    @Test
    void newer_generation_waits_for_the_last_process_of_an_older_one() {
        assertThat(Difference.between(Map.of(key(1), Known.ALIVE), List.of(run(2))))
                .containsExactly(new Step.EndUnnamed(key(1)));
        assertThat(Difference.between(Map.of(key(1), Known.DOWN), List.of(run(2))))
                .containsExactly(new Step.Forget(key(1)), new Step.Start(run(2)));
    }

    @Test
    void generation_older_than_a_known_one_is_never_started() {
        assertThat(Difference.between(Map.of(key(2), Known.DOWN), List.of(run(1), run(2))))
                .containsExactly(new Step.SayOutdated(key(1)));
    }

    @Test
    void stop_ends_what_runs_and_is_answered_where_nothing_does() {
        var stop = new Stop(actor, 1, 700);

        assertThat(Difference.between(Map.of(key(1), Known.ALIVE), List.of(stop)))
                .containsExactly(new Step.End(key(1), stop));
        assertThat(Difference.between(Map.of(), List.of(stop))).containsExactly(new Step.SayStopped(key(1)));
        assertThat(Difference.between(Map.of(key(1), Known.DOWN), List.of(stop)))
                .isEmpty();
    }

    private ActorKey key(long generation) {
        return new ActorKey(actor, generation);
    }

    private Run run(long generation) {
        return new Run(actor, generation, SPEC);
    }

    private static final ActorSpec SPEC = new ActorSpec(
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
