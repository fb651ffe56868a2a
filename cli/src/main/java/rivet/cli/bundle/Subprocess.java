package rivet.cli.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;

/** Runs a tool to its end, within a deadline. */
final class Subprocess {

    private Subprocess() {}

    /** @param said what it wrote to standard output and standard error */
    record Ended(int exitCode, String said) {}

    static Ended run(Path folder, Duration deadline, List<String> command) throws IOException {
        // Into a file and not a pipe: no thread has to drain it, and a tool that says much does not wait for us.
        var said = Files.createTempFile("rivet-tool", ".txt");
        try {
            var process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            process.getOutputStream().close();
            await(process, deadline, command.getFirst());
            return new Ended(process.exitValue(), new String(Files.readAllBytes(said), StandardCharsets.UTF_8));
        } finally {
            Files.deleteIfExists(said);
        }
    }

    static Ended runOrFail(Path folder, Duration deadline, List<String> command) {
        try {
            return run(folder, deadline, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(Process process, Duration deadline, String name) {
        try {
            if (process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            throw new Failure(
                    ExitCode.FAILED,
                    "TOOL_TIMEOUT",
                    "%s has not finished in %d s".formatted(name, deadline.toSeconds()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitCode.FAILED, "INTERRUPTED", "interrupted while waiting for " + name);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
