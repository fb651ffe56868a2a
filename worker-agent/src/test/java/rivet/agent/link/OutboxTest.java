package rivet.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import rivet.agent.link.Outbox.Parcel;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.ToControlPlane.LogLine;

class OutboxTest {

    private static final Phase UP = new Phase.Up(Map.of());
    private static final Phase DOWN = new Phase.Down(0, null, DownReason.EXITED, "");

    private final ActorId actor = ActorId.random();
    private final Outbox outbox = new Outbox(new Outbox.Bounds(1_000, 4, 10_000, 60_000));

    @Test
    void newer_fact_takes_the_place_of_an_older_one() throws Exception {
        outbox.put(report(new Phase.Starting("fetch")));
        outbox.put(report(UP));

        assertThat(outbox.take(0)).containsExactly(new Parcel.Facts(List.of(report(UP))));
    }

    @Test
    void end_comes_after_all_lines_that_were_there_before_it() throws Exception {
        outbox.put(line("1"));
        outbox.put(report(DOWN));

        assertThat(outbox.take(0))
                .containsExactly(new Parcel.Lines(List.of(line("1"))), new Parcel.Facts(List.of(report(DOWN))));
    }

    @Test
    void lines_wait_for_company_and_facts_do_not_wait_for_lines() throws Exception {
        outbox.put(line("1"));
        outbox.put(report(UP));

        assertThat(outbox.take(0)).containsExactly(new Parcel.Facts(List.of(report(UP))));
        assertThat(outbox.take(0)).isEmpty();
        outbox.put(line("2"));
        outbox.put(line("3"));
        outbox.put(line("4"));
        assertThat(outbox.take(0))
                .containsExactly(new Parcel.Lines(List.of(line("1"), line("2"), line("3"), line("4"))));
    }

    @Test
    void oldest_lines_are_dropped_and_counted_where_the_bound_is_reached() throws Exception {
        for (int i = 0; i < 20; i++) {
            outbox.put(line("%02d".formatted(i)));
        }

        var first = (Parcel.Lines) outbox.take(0).getFirst();

        assertThat(first.lines().getFirst().text())
                .isEqualTo("[rivet: 5 lines dropped, the control plane did not take them]");
        assertThat(first.lines().get(1).text()).isEqualTo("05");
    }

    @Test
    void lines_that_could_not_be_sent_go_first_next_time() throws Exception {
        for (var text : List.of("1", "2", "3", "4")) {
            outbox.put(line(text));
        }
        var parcel = (Parcel.Lines) outbox.take(0).getFirst();
        outbox.put(line("5"));
        assertThat(outbox.isEmpty()).isFalse();

        outbox.sent(parcel.lines());
        outbox.put(report(DOWN));

        assertThat(outbox.take(0).getFirst())
                .isEqualTo(new Parcel.Lines(List.of(line("1"), line("2"), line("3"), line("4"))));
        assertThat(outbox.isEmpty()).isFalse();
        outbox.sent(List.of());
        assertThat(outbox.isEmpty()).isTrue();
    }

    private ActorReport report(Phase phase) {
        return new ActorReport(actor, 1, phase);
    }

    private LogLine line(String text) {
        return new LogLine(actor, 1, LogStream.STDOUT, Instant.EPOCH, text);
    }
}
