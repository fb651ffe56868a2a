package rivet.agent;

import java.nio.file.Path;
import java.util.Optional;
import rivet.agent.launch.Deno;

/** The Deno of the tests: found as the agent finds it; if there is none, installed once into the build's own folder. */
final class TestDeno {

    private static final Path PATH = new Deno(
                    new Deno.Settings(
                            Optional.ofNullable(System.getenv("RIVET_DENO")).map(Path::of),
                            "npm",
                            Path.of("target", "tools").toAbsolutePath()),
                    System.out::println)
            .locate();

    private TestDeno() {}

    static Path path() {
        return PATH;
    }
}
