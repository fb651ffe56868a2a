package rivet.controlplane.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import rivet.protocol.kv.Bytes;
import rivet.protocol.kv.KvAnswer;
import rivet.protocol.kv.KvAnswer.Code;

/** Calls are counted by what came of them. */
class CallTimesTest {

    private static final KvAnswer DONE = new KvAnswer.Written(1, List.of());

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CallTimes times = new CallTimes(registry, "write", Code.CONFLICT);

    @Test
    void first_refusal_of_those_that_came_together_counts() {
        times.done(0, answers(DONE, refused(Code.CONFLICT), refused(Code.INVALID)));
        times.done(0, answers(DONE, DONE));
        times.timed(() -> List.of(DONE, refused(Code.CONFLICT)));

        assertThat(count("conflict")).isEqualTo(2);
        assertThat(count("done")).isEqualTo(1);
        assertThat(count("unknown")).isZero();
    }

    @Test
    void what_has_no_answer_is_unknown() {
        times.done(0, Bytes.EMPTY);
        times.done(0, answers(refused(Code.INVALID))); // none that is expected here
        assertThatThrownBy(() -> times.timed(() -> {
                    throw new IllegalStateException("the database is away");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(count("unknown")).isEqualTo(3);
        assertThat(count("done")).isZero();
    }

    private long count(String outcome) {
        return registry.get("rivet.store.calls")
                .tags("kind", "write", "outcome", outcome)
                .timer()
                .count();
    }

    private static KvAnswer refused(Code code) {
        return new KvAnswer.Refused(code, "no");
    }

    private static Bytes answers(KvAnswer... answers) {
        return new Bytes(KvStore.joined(List.of(answers)));
    }
}
