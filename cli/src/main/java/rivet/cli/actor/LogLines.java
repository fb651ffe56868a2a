package rivet.cli.actor;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import rivet.protocol.api.LogsView;

/** The lines in the server's parallel lists. */
final class LogLines {

    private LogLines() {}

    record Line(String timestamp, String stream, String text) {}

    static Stream<Line> of(LogsView logs) {
        return IntStream.range(0, logs.lines().size())
                .mapToObj(i -> new Line(
                        logs.timestamps().get(i),
                        logs.streams().get(i) == 0 ? "stdout" : "stderr",
                        new String(Base64.getDecoder().decode(logs.lines().get(i)), StandardCharsets.UTF_8)));
    }
}
