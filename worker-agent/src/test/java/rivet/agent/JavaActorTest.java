package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.AgentTest.soon;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor.Newer;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.StopReason;

/** Jars as actors, on real JVMs: what their authors were promised. */
class JavaActorTest {

    @TempDir
    Path data;

    private final ActorId actor = ActorId.random();
    private FakeControlPlane controlPlane;
    private Agent agent;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        controlPlane = new FakeControlPlane();
        agent = agent(Map.of());
    }

    @AfterEach
    void close() {
        agent.close();
        controlPlane.close();
    }

    @Test
    void server_knows_who_it_is_and_ends_by_the_signal() throws Exception {
        var build = jar(JavaActors.Serves.class);

        controlPlane.desire(new Run(actor, 3, TestBuilds.spec(build, Map.of("GREETING", "it's \"me\""), "my-http")));

        int port = soon().until(() -> controlPlane.up(actor, 3), Optional::isPresent)
                .orElseThrow()
                .ports()
                .getOrDefault("my-http", 0);
        assertThat(get(port))
                .startsWith(actor + " 3 {")
                .contains("it's \"me\"", "my-http=Port[protocol=http, number=" + port);
        controlPlane.desire(new Stop(actor, 3, 30_000));
        assertThat(awaitDown(3)).isEqualTo(new Down(143, null, DownReason.STOPPED, "it was stopped: exit code 143"));
        assertThat(controlPlane.text(actor)).isEqualTo("serving grüße\nstopping with time left left");
    }

    @Test
    void return_is_the_end_and_the_process_has_its_own_folders_and_a_heap_that_fits() throws Exception {
        var build = jar(JavaActors.Looks.class);

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));

        assertThat(awaitDown(1).exitCode()).isZero();
        var said = lines();
        assertThat(Integer.parseInt(said.get("heap"))).isBetween(150, 176); // of 256 MiB
        assertThat(said)
                .containsEntry("temporary", said.get("folder") + "/tmp")
                .containsEntry("home", said.get("folder"))
                .containsEntry("agent's_classes", "false");
        assertThat(said.get("folder")).contains("/run/");
    }

    @Test
    void later_actors_of_a_build_start_from_a_cache() throws Exception {
        var build = jar(JavaActors.Looks.class);
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));
        awaitDown(1);
        assertThat(lines()).containsEntry("cache", "false");

        soon().until(() -> {
            try (var files = Files.walk(data)) {
                return files.anyMatch(file -> file.toString().endsWith(".aot")
                        && !file.getFileName().toString().startsWith("."));
            }
        });
        controlPlane.desire(new Run(actor, 2, TestBuilds.spec(build, Map.of())));

        assertThat(awaitDown(2).exitCode()).isZero();
        assertThat(controlPlane.text(actor)).contains("cache true").doesNotContainIgnoringCase("aot");
    }

    @Test
    void throw_is_a_crash_with_its_trace_in_the_log() throws Exception {
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(jar(JavaActors.Crashes.class), Map.of())));

        assertThat(awaitDown(1)).isEqualTo(new Down(1, null, DownReason.EXITED, "exit code 1"));
        assertThat(controlPlane.text(actor))
                .startsWith("java.lang.IllegalStateException: out of luck\n\tat rivet.agent.JavaActors$Crashes.start(");
    }

    @Test
    void actor_that_has_no_memory_left_ends_and_says_so() throws Exception {
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(jar(JavaActors.Grows.class), Map.of())));

        assertThat(awaitDown(1).exitCode()).isEqualTo(3);
        assertThat(controlPlane.text(actor)).contains("java.lang.OutOfMemoryError: Java heap space");
    }

    @Test
    void actor_hears_that_a_newer_build_waits_and_why_it_is_stopped() throws Exception {
        var spec = TestBuilds.spec(jar(JavaActors.Told.class), Map.of());
        controlPlane.desire(new Run(actor, 1, spec));
        soon().until(() -> controlPlane.text(actor).contains("up"));
        var newer = BuildId.random();

        controlPlane.desire(new Run(actor, 1, spec, new Newer(newer, null)));
        soon().until(() -> controlPlane.text(actor).contains("waits " + newer));
        controlPlane.desire(new Stop(actor, 1, 10_000, null, null, StopReason.SLEEP));

        awaitDown(1);
        assertThat(controlPlane.text(actor)).contains("stops SLEEP");
    }

    @Test
    void what_is_no_actor_is_told_in_one_line() throws Exception {
        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(jar(JavaActors.Plain.class), Map.of())));

        assertThat(awaitDown(1).exitCode()).isEqualTo(1);
        assertThat(controlPlane.text(actor))
                .isEqualTo("rivet: class rivet.agent.JavaActors$Plain does not implement rivet.actor.Actor");
    }

    @Test
    void file_that_is_no_jar_is_told() throws Exception {
        var build = TestBuilds.stored(
                controlPlane, BuildKind.JAVA, "no jar".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(build, Map.of())));

        assertThat(awaitDown(1).exitCode()).isEqualTo(1);
        assertThat(controlPlane.text(actor)).startsWith("rivet: no class is named as the actor");
    }

    @Test
    void machine_without_a_java_for_actors_says_what_to_set() throws Exception {
        agent.close();
        agent = agent(Map.of("RIVET_JAVA", "/no/java"));

        controlPlane.desire(new Run(actor, 1, TestBuilds.spec(jar(JavaActors.Looks.class), Map.of())));

        assertThat(awaitDown(1).reason()).isEqualTo(DownReason.SPAWN_FAILED);
        assertThat(awaitDown(1).message()).contains("/no/java cannot be executed", "set RIVET_JAVA");
    }

    private Agent agent(Map<String, String> more) {
        var variables = new HashMap<>(Map.of(
                "RIVET_CONTROL_PLANE_URL",
                controlPlane.uri().toString(),
                "RIVET_AGENT_TOKEN",
                FakeControlPlane.TOKEN,
                "RIVET_DATA_DIR",
                data.toString(),
                "RIVET_DENO",
                "/bin/false",
                "RIVET_PROXY_PORT",
                "0",
                "RIVET_WARM_PROCESSES",
                "0"));
        variables.putAll(more);
        return Agent.start(AgentSettings.read(variables));
    }

    private Down awaitDown(long generation) {
        return soon().until(() -> controlPlane.down(actor, generation), Optional::isPresent)
                .orElseThrow();
    }

    /** The first words of what it said, and the rest. */
    private Map<String, String> lines() {
        var lines = new HashMap<String, String>();
        controlPlane.text(actor).lines().forEach(line -> {
            int space = line.lastIndexOf(' ');
            lines.put(line.substring(0, space).replace(' ', '_'), line.substring(space + 1));
        });
        return lines;
    }

    private ActorSpec.Build jar(Class<?> actorClass) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Rivet-Actor", actorClass.getName());
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            var name = actorClass.getName().replace('.', '/') + ".class";
            jar.putNextEntry(new ZipEntry(name));
            try (var in = Objects.requireNonNull(actorClass.getResourceAsStream("/" + name))) {
                in.transferTo(jar);
            }
        }
        return TestBuilds.stored(controlPlane, BuildKind.JAVA, bytes.toByteArray());
    }

    private static String get(int port) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
