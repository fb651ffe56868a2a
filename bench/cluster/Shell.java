package cluster;

import java.io.IOException;
import java.util.List;

/** Short commands of the system; one that fails is an exception with what it said. */
final class Shell {

    static String run(String... command) throws IOException, InterruptedException {
        return run(List.of(command));
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException("%s: %s".formatted(String.join(" ", command), said.strip()));
        }
        return said;
    }

    private Shell() {}
}
