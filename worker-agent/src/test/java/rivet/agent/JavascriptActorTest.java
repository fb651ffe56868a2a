package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.AgentTest.soon;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.link.ActorReport.Phase.Down;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor.Newer;
import rivet.protocol.link.DesiredActor.Run;
import rivet.protocol.link.DesiredActor.Stop;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.StopReason;

/** JavaScript actors on a real Deno: what their authors were promised. */
class JavascriptActorTest {

    @TempDir
    Path data;

    private final ActorId actor = ActorId.random();
    private @Nullable ActorSpec spec;
    private FakeControlPlane controlPlane;
    private Agent agent;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        controlPlane = new FakeControlPlane();
        agent = agent(0);
    }

    @AfterEach
    void close() {
        agent.close();
        controlPlane.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void server_is_reached_at_its_port_and_ends_by_the_signal(int warmProcesses) throws Exception {
        agent.close();
        agent = agent(warmProcesses);
        soon().until(() -> agent.warmProcesses() == warmProcesses);

        run("""
                export default { async start(ctx) {
                  Deno.serve({ port: Number(Deno.env.get("PORT_MY_HTTP")), hostname: "127.0.0.1" },
                    () => new Response(`${ctx.metadata.actor.id} ${Deno.env.get("GREETING")}`));
                } };
                """, Map.of("GREETING", "hello"), "my-http");

        int port = soon().until(() -> controlPlane.up(actor, 1), Optional::isPresent)
                .orElseThrow()
                .ports()
                .getOrDefault("my-http", 0);
        assertThat(get(port)).isEqualTo(actor + " hello");
        controlPlane.desire(new Stop(actor, 1, 10_000));
        var down = awaitDown();
        assertThat(down.reason()).isEqualTo(DownReason.STOPPED);
        assertThat(down.signal()).isEqualTo(15);
        soon().until(() -> agent.warmProcesses() == warmProcesses);
    }

    @Test
    void start_that_returns_has_completed() {
        run("export default class { static async start(ctx) { console.log(ctx.metadata.region.id, this.name); } }");

        assertThat(awaitDown().exitCode()).isEqualTo(0);
        assertThat(controlPlane.text(actor)).contains("local");
    }

    @Test
    void start_that_never_settles_keeps_the_actor_alive() {
        run("export default { async start() { console.log('up'); await new Promise(() => {}); } }");
        soon().until(() -> controlPlane.text(actor).contains("up"));

        controlPlane.desire(new Stop(actor, 1, 10_000));

        assertThat(awaitDown().signal()).isEqualTo(15);
    }

    @Test
    void one_that_listens_hears_that_a_newer_build_waits_and_then_why_it_is_stopped() {
        run("""
                export default { async start(ctx) {
                  ctx.on("upgradeAvailable", ({ build }) => console.log("waits", build));
                  console.log("up");
                  await new Promise((stopped) => ctx.signal.addEventListener("abort", stopped));
                  console.log(ctx.signal.reason.name, ctx.signal.reason.why);
                } };
                """);
        soon().until(() -> controlPlane.text(actor).contains("up"));
        var newer = BuildId.random();

        controlPlane.desire(new Run(actor, 1, Objects.requireNonNull(spec), new Newer(newer, null)));
        soon().until(() -> controlPlane.text(actor).contains("waits " + newer));
        controlPlane.desire(new Stop(actor, 1, 10_000, null, null, StopReason.UPGRADE));

        assertThat(awaitDown().exitCode()).isEqualTo(0);
        assertThat(controlPlane.text(actor)).contains("AbortError upgrade");
    }

    @Test
    void listening_for_a_newer_build_alone_does_not_keep_it_alive() {
        run("export default { async start(ctx) { ctx.on('upgradeAvailable', () => {}); } }");

        assertThat(awaitDown().exitCode()).isEqualTo(0);
    }

    @Test
    void work_left_running_when_start_returns_is_finished() {
        run("export default { async start() { setTimeout(() => console.log('later'), 50); } }");

        assertThat(awaitDown().exitCode()).isEqualTo(0);
        assertThat(controlPlane.text(actor)).isEqualTo("later");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    export const start = async () => {}         | no default export
                    export default { async begin() {} }         | no start function
                    export default class { async start() {} }   | no start function
                    export default { start() {} }               | is not async
                    export default class { static start() {} }  | is not async
                    export default {                            | Unexpected
                    import 'https://example.com/x.js'           | remote
                    """)
    void each_fault_of_an_entry_has_its_own_text(String source, String text) {
        run(source);

        assertThat(awaitDown().exitCode()).isEqualTo(1);
        assertThat(controlPlane.text(actor)).contains(text);
    }

    @Test
    void uncaught_error_names_the_authors_file() {
        // The map says: line 1 of the module is line 1 of counter.ts.
        run("export default { async start() { throw new Error('boom'); } }\n"
                + "//# sourceMappingURL=data:application/json;base64,"
                + Base64.getEncoder().encodeToString("""
                                {"version":3,"sources":["counter.ts"],"names":[],"mappings":"AAAA,iCAAiC"}
                                """.getBytes(StandardCharsets.UTF_8)));

        assertThat(awaitDown().exitCode()).isEqualTo(1);
        assertThat(controlPlane.text(actor)).contains("boom", "counter.ts:1");
    }

    @Test
    void signal_is_told_to_who_asks_for_it() {
        run("""
                export default { async start(ctx) {
                  const stopped = new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
                  console.log("up");
                  await stopped;
                  console.log("finishing");
                } };
                """);
        soon().until(() -> controlPlane.text(actor).contains("up"));

        controlPlane.desire(new Stop(actor, 1, 10_000));

        assertThat(awaitDown()).isEqualTo(new Down(0, null, DownReason.STOPPED, "it was stopped: exit code 0"));
        assertThat(controlPlane.text(actor)).contains("finishing");
    }

    @Test
    void metadata_is_as_promised_and_cannot_be_changed() {
        run("""
                export default { async start(ctx) {
                  const m = ctx.metadata;
                  console.log(JSON.stringify(m));
                  console.log(m.actor.createdAt instanceof Date, m.actor.createdAt.getTime());
                  for (const change of [
                    () => { ctx.metadata = 1; }, () => { m.actor.id = 1; }, () => { m.actor.tags.name = 1; },
                    () => { m.network.ports.http.protocol = 1; }, () => { m.extra = 1; },
                  ]) {
                    try { change(); console.log("changed", String(change)); } catch (e) { console.log(e.name); }
                  }
                  m.actor.createdAt.setTime(0);
                  console.log(m.actor.createdAt.getTime());
                  try { ctx.log; } catch (e) { console.log(e.message); }
                } };
                """, Map.of(), "http");

        awaitDown();
        assertThat(controlPlane.text(actor))
                .contains(
                        "\"tags\":{\"name\":\"test\"}",
                        "\"key\":\"room-7\"",
                        "\"generation\":1",
                        "\"slug\":\"p-slug\"",
                        "\"internalPort\":2")
                .contains(
                        "\"url\":\"http://127.0.0.1:7080/x-http\"",
                        "\"hostname\":\"127.0.0.1\"",
                        "\"path\":\"/x-http\"")
                .contains("true 1767323045678\n", "\n1767323045678\n", "ctx.log does not exist yet")
                .containsPattern("(TypeError\n){5}")
                .doesNotContain("changed");
    }

    @Test
    void actor_has_no_rights_but_the_network_and_its_own_variables() {
        run("""
                const tries = {
                  run: () => new Deno.Command("/bin/true").outputSync(),
                  write: () => Deno.writeTextFileSync("x", "x"),
                  read: () => Deno.readTextFileSync("/etc/passwd"),
                  builds: () => [...Deno.readDirSync("%s/builds")],
                  ffi: () => Deno.dlopen("libc.so.6", {}),
                  sys: () => Deno.hostname(),
                };
                export default { async start() {
                  for (const [name, f] of Object.entries(tries)) {
                    try { f(); console.log(name, "allowed"); } catch (e) { console.log(name, e.name); }
                  }
                  console.log(Object.keys(Deno.env.toObject()).sort().join(" "));
                } };
                """.formatted(data));

        awaitDown();
        assertThat(controlPlane.text(actor))
                .contains("run NotCapable", "write NotCapable", "read NotCapable", "builds NotCapable")
                .contains("ffi NotCapable", "sys NotCapable")
                .doesNotContain("allowed", "RIVET_AGENT_TOKEN", "JAVA");
    }

    @Test
    void actor_that_wants_too_much_memory_ends_alone() {
        run("""
                export default { async start() {
                  const held = [];
                  while (held.length < 1024) { held.push(new Uint8Array(1 << 20).fill(1)); }
                  throw new Error("had a GiB");
                } };
                """);

        var down = awaitDown();
        // Where the agent can make no control groups, there is no limit to meet.
        assertThat(down.reason()).isIn(DownReason.OUT_OF_MEMORY, DownReason.EXITED);
    }

    private void run(String source) {
        run(source, Map.of());
    }

    private void run(String source, Map<String, String> environment, String... ports) {
        var build = TestBuilds.javascript(controlPlane, source);
        spec = TestBuilds.spec(build, environment, ports);
        controlPlane.desire(new Run(actor, 1, spec));
    }

    private Down awaitDown() {
        return soon().until(() -> controlPlane.down(actor, 1), Optional::isPresent)
                .orElseThrow();
    }

    private Agent agent(int warmProcesses) {
        return Agent.start(AgentSettings.read(Map.of(
                "RIVET_CONTROL_PLANE_URL", controlPlane.uri().toString(),
                "RIVET_AGENT_TOKEN", FakeControlPlane.TOKEN,
                "RIVET_DATA_DIR", data.toString(),
                "RIVET_PROXY_PORT", "0",
                "RIVET_DENO", TestDeno.path().toString(),
                "RIVET_WARM_PROCESSES", Integer.toString(warmProcesses))));
    }

    private static String get(int port) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}
