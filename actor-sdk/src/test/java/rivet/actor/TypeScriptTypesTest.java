package rivet.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The TypeScript package's own test: actors of both styles compile, and mistakes do not. */
final class TypeScriptTypesTest {

    private static final Path TEST = Path.of("typescript", "test");

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void actors_of_both_styles_compile_and_mistakes_do_not() throws Exception {
        npm("ci", "--no-audit", "--no-fund");
        npm("test");
    }

    private static void npm(String... arguments) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<>(java.util.List.of("npm", "--loglevel=error"));
        command.addAll(java.util.List.of(arguments));
        var process = new ProcessBuilder(command)
                .directory(TEST.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
