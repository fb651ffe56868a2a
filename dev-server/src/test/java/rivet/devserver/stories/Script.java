package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A script of {@code src/test/npm} that goes on until its input ends: clients of an example. */
final class Script {

    private static final int SECONDS_TO_END = 120;

    private final Process process;
    private final AtomicLong lines = new AtomicLong();
    private final Thread reader;
    private volatile String last = "";

    private Script(Process process) {
        this.process = process;
        this.reader =
                Thread.startVirtualThread(() -> process.inputReader().lines().forEach(line -> {
                    last = line;
                    lines.incrementAndGet();
                }));
    }

    static Script start(String script, List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of("node", script));
        command.addAll(arguments);
        return new Script(new ProcessBuilder(command)
                .directory(NpmPackages.folder().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** How many it has printed: a step each. */
    long lines() {
        return lines.get();
    }

    /** Ends its input, and waits for its end. @return the last line that it printed */
    String end() throws Exception {
        process.getOutputStream().close();
        boolean ended = process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly(); // closes its output, also under the thread that reads its last line
        }
        assertThat(ended).as("it ends; its last line: " + last).isTrue();
        reader.join();
        assertThat(process.exitValue()).as(last).isZero();
        return last;
    }
}
