package rivet.agent.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import rivet.protocol.ActorId;
import rivet.protocol.LogStream;
import rivet.protocol.link.ToControlPlane.LogLine;

class ActorOutputTest {

    private final List<LogLine> lines = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final ActorOutput output = new ActorOutput(
            new ActorOutput.Source(ActorId.random(), 2),
            new ActorOutput.Clocks(() -> Instant.EPOCH, nanos::get),
            lines::add);

    @Test
    void bytes_become_lines_however_they_arrive() {
        out("one\ntw");
        out("o\r\n\nlast");
        output.err("err\n".getBytes(StandardCharsets.UTF_8));
        output.end();

        assertThat(lines).extracting(LogLine::text).containsExactly("one", "two", "", "err", "last");
        assertThat(lines.get(3).stream()).isEqualTo(LogStream.STDERR);
        assertThat(lines).allMatch(line -> line.generation() == 2);
    }

    @Test
    void long_line_is_cut_and_the_rest_counted() {
        out("x".repeat(ActorOutput.LONGEST_LINE + 10) + "\nnext\n");

        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst().text()).startsWith("xxx").endsWith("x [rivet: 10 bytes cut]");
        assertThat(lines.get(1).text()).isEqualTo("next");
    }

    @Test
    void flood_is_held_to_the_rate_and_the_gap_is_counted_to_the_byte() {
        var kilobyte = "x".repeat(1023) + "\n";
        int burst = (int) (ActorOutput.BURST_BYTES / 1023);
        for (int i = 0; i < burst + 7; i++) {
            out(kilobyte);
        }
        assertThat(lines).hasSize(burst);

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        out("after\n");

        assertThat(lines.get(burst).text()).startsWith("[rivet: %d bytes dropped".formatted(7 * 1024));
        assertThat(lines.get(burst + 1).text()).isEqualTo("after");
    }

    @Test
    void nonsense_is_text_a_database_takes() {
        output.out(new byte[] {'a', 0, (byte) 0xff, '\n'});

        assertThat(lines.getFirst().text()).isEqualTo("a\uFFFD\uFFFD");
    }

    private void out(String text) {
        output.out(text.getBytes(StandardCharsets.UTF_8));
    }
}
