package rivet.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rivet.protocol.ReplicaId;
import rivet.protocol.link.ReplicaList;

/** A promise lasts 8, and without a grant an agent serves for 100 at most. */
class OutageTest {

    private final ReplicaId one = ReplicaId.random();
    private final ReplicaId other = ReplicaId.random();
    private final Outage outage = new Outage();

    @Test
    void the_earliest_of_all_promises_counts() {
        holds(list(1, one, other));

        outage.promised(one, 20);
        assertThat(until()).isEmpty();
        outage.promised(other, 23);
        assertThat(until()).hasValue(28);
        outage.promised(one, 25);
        assertThat(until()).hasValue(31);
    }

    @Test
    void answers_that_overtook_each_other_shorten_nothing() {
        holds(list(1, one));

        outage.promised(one, 25);
        outage.promised(one, 20);

        assertThat(until()).hasValue(33);
    }

    @Test
    void it_ends_a_while_after_the_last_grant_whatever_is_promised() {
        holds(list(1, one));

        outage.promised(one, 99);

        assertThat(until()).hasValue(102);
    }

    @Test
    void a_list_counts_only_when_the_control_plane_knows_that_it_is_held() {
        outage.granted(0, null, list(1, one));
        outage.promised(one, 1);
        assertThat(until()).isEmpty();

        outage.granted(2, 1L, null);
        assertThat(until()).hasValue(9);
    }

    @Test
    void the_word_of_who_is_not_in_the_list_is_worth_nothing() {
        holds(list(1, one));

        outage.promised(other, 5);
        assertThat(until()).isEmpty();

        outage.promised(one, 7);
        assertThat(until()).hasValue(15);
    }

    @Test
    void an_older_list_is_from_the_past() {
        holds(list(2, one));

        outage.granted(7, 2L, list(1, other));

        assertThat(outage.list()).isEqualTo(list(2, one));
    }

    @Test
    void a_newcomer_must_promise_too() {
        holds(list(1, one));
        outage.promised(one, 5);
        assertThat(until()).isPresent();

        outage.granted(6, 1L, list(2, one, other));

        assertThat(until()).isEmpty();
    }

    @Test
    void nobody_in_the_list_is_nobody_who_promised() {
        holds(list(1));

        assertThat(until()).isEmpty();
    }

    /** Acknowledged with a grant that counts from 2. */
    private void holds(ReplicaList list) {
        outage.granted(0, null, list);
        outage.granted(2, list.revision(), null);
    }

    private OptionalLong until() {
        return outage.until(8, 100);
    }

    private static ReplicaList list(long revision, ReplicaId... replicas) {
        return new ReplicaList(
                revision,
                Stream.of(replicas)
                        .map(id -> new ReplicaList.Replica(id, "http://127.0.0.1:1"))
                        .toList());
    }
}
