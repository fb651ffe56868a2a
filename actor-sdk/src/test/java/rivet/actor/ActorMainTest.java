package rivet.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.actor.testing.TestContext;

/** Each test starts a process as an agent does: this module and a jar on the class path, and the variables set. */
class ActorMainTest {

    private static final long LONGEST_LIFE_SECONDS = 60;

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();
    private final ActorMetadata metadata = TestContext.builder()
            .tag("greeting", "hallo & grüß")
            .generation(3)
            .port("game-server", new ActorMetadata.Port("udp", 4711, null))
            .build()
            .metadata();

    @AfterEach
    void killWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    record Ended(int exitCode, String out, String err) {}

    @Test
    void an_actor_that_returns_has_completed() throws Exception {
        var ended = end(start(jar(SampleActors.Completes.class)));

        assertThat(ended.err()).isEmpty();
        assertThat(ended.out()).isEqualTo(metadata.actor().id() + " hallo & grüß 3 4711\n");
        assertThat(ended.exitCode()).isZero();
    }

    @Test
    void an_actor_that_throws_has_crashed_and_shows_where() throws Exception {
        var ended = end(start(jar(SampleActors.Crashes.class)));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err())
                .startsWith(
                        "java.lang.IllegalStateException: out of luck\n\tat rivet.actor.SampleActors$Crashes.start(");
    }

    @Test
    void the_signal_lets_start_return() throws Exception {
        var process = start(jar(SampleActors.Serves.class));
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");

        process.toHandle().destroy(); // Process.destroy would close the streams that are read below

        assertThat(end(process)).isEqualTo(new Ended(143, "stopping\nstopped, true\n", ""));
    }

    @Test
    void an_actor_that_does_not_stop_is_ended_with_its_grace_period() throws Exception {
        var process = start(jar(SampleActors.NeverStops.class), Duration.ofMillis(100));
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");

        process.toHandle().destroy(); // Process.destroy would close the streams that are read below

        var ended = end(process);
        assertThat(ended.exitCode()).isEqualTo(143);
        assertThat(ended.err()).isEqualTo("rivet: start() had not returned when the grace period was over\n");
    }

    @Test
    void an_actor_may_end_itself() throws Exception {
        assertThat(end(start(jar(SampleActors.StopsItself.class)))).isEqualTo(new Ended(0, "", ""));
    }

    @Test
    void an_actor_that_calls_exit_keeps_its_code_and_is_not_waited_for() throws Exception {
        // Waited for, it would outlive the test's bound.
        assertThat(end(start(jar(SampleActors.Exits.class), Duration.ofHours(1))))
                .isEqualTo(new Ended(7, "", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            com.example.Absent                    | class com.example.Absent is named as the actor and is not in the build
            rivet.actor.SampleActors$NoActor      | class rivet.actor.SampleActors$NoActor does not implement rivet.actor.Actor
            rivet.actor.SampleActors$Abstract     | class rivet.actor.SampleActors$Abstract is abstract (expected: a class that can be made)
            rivet.actor.SampleActors$Hidden       | class rivet.actor.SampleActors$Hidden is not public
            rivet.actor.SampleActors$NeedsMore    | class rivet.actor.SampleActors$NeedsMore has no public constructor without parameters
            """)
    void what_cannot_be_an_actor_is_told_in_one_line(String name, String message) throws Exception {
        assertThat(end(start(jar(name, null)))).isEqualTo(new Ended(1, "", "rivet: " + message + "\n"));
    }

    @Test
    void a_jar_that_names_no_class_is_told_how_to() throws Exception {
        var ended = end(start(jar(null, null)));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err()).startsWith("rivet: no class is named as the actor (expected: 'Rivet-Actor: ");
    }

    @Test
    void the_services_file_names_the_class_where_the_manifest_does_not() throws Exception {
        var services = "# the actor\n" + SampleActors.Completes.class.getName() + " # here\n";

        assertThat(end(start(jar(null, services))).exitCode()).isZero();
    }

    @Test
    void two_classes_are_one_too_many_and_the_manifest_decides() throws Exception {
        var two = SampleActors.Completes.class.getName() + "\n" + SampleActors.Crashes.class.getName() + "\n";

        assertThat(end(start(jar(null, two))).err())
                .startsWith("rivet: META-INF/services/rivet.actor.Actor names 2 classes: ");
        assertThat(end(start(jar(SampleActors.Completes.class.getName(), two))).exitCode())
                .isZero();
    }

    @Test
    void a_constructor_that_throws_shows_where() throws Exception {
        var ended = end(start(jar(SampleActors.FailsToBeMade.class)));

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.err())
                .startsWith("rivet: the actor's constructor failed\njava.lang.IllegalStateException: not today\n");
    }

    @Test
    void without_an_agent_the_variable_that_is_missing_is_named() throws Exception {
        var process = process(jar(SampleActors.Completes.class), Map.of());

        assertThat(end(process).err()).startsWith("rivet: RIVET_ACTOR_ID: missing");
    }

    private Process start(Path jar) throws IOException {
        return start(jar, Duration.ofSeconds(30));
    }

    private Process start(Path jar, Duration grace) throws IOException {
        return process(jar, ActorEnvironment.write(metadata, grace));
    }

    private Process process(Path jar, Map<String, String> variables) throws IOException {
        var path = List.of("target/classes", "target/test-classes", jar.toString());
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                String.join(File.pathSeparator, path),
                ActorMain.class.getName());
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA_TOOL") || name.startsWith("JDK_JAVA"));
        builder.environment().putAll(variables);
        builder.redirectError(folder.resolve("err").toFile());
        var process = builder.start();
        started.add(process);
        return process;
    }

    private Ended end(Process process) throws IOException, InterruptedException {
        var out = new StringBuilder();
        process.inputReader(StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> out.append(line).append('\n'));
        assertThat(process.waitFor(LONGEST_LIFE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out.toString(), Files.readString(folder.resolve("err")));
    }

    private Path jar(Class<?> actor) throws IOException {
        return jar(actor.getName(), null);
    }

    private Path jar(@Nullable String inManifest, @Nullable String services) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (inManifest != null) {
            manifest.getMainAttributes().putValue("Rivet-Actor", inManifest);
        }
        var file = Files.createTempFile(folder, "actor", ".jar");
        try (var jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            if (services != null) {
                jar.putNextEntry(new ZipEntry("META-INF/services/rivet.actor.Actor"));
                jar.write(services.getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }
}
