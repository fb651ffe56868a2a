package rivet.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.ActorId;
import rivet.protocol.link.DesiredActor.Run;

/** An agent that is killed under load and started again, as its clients and its actors see it. */
class AgentRestartTest {

    private static final Logger log = LoggerFactory.getLogger(AgentRestartTest.class);

    private static final int ACTORS = 50;
    private static final int CLIENTS = 4;
    private static final Duration PAUSE = Duration.ofMillis(20);

    @TempDir
    Path data;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<ActorId> actors =
            Stream.generate(ActorId::random).limit(ACTORS).toList();
    private final AtomicBoolean over = new AtomicBoolean();
    private FakeControlPlane controlPlane;
    private int proxyPort;
    private Process agent;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        controlPlane = new FakeControlPlane();
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxyPort = socket.getLocalPort();
        }
        agent = launch();
    }

    @AfterEach
    void close() throws InterruptedException {
        over.set(true);
        agent.destroy();
        assertThat(agent.waitFor(30, TimeUnit.SECONDS)).isTrue();
        controlPlane.close();
    }

    @Test
    void fifty_actors_do_not_notice_that_their_agent_was_killed() throws Exception {
        var build = TestBuilds.javascript(controlPlane, """
                let count = 0;
                export default { async start() {
                  Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), hostname: "127.0.0.1", onListen() {} },
                    () => new Response(`${++count}`));
                } };
                """);
        controlPlane.desire(actors.stream()
                .map(actor -> new Run(actor, 1, TestBuilds.spec(build, Map.of(), "http")))
                .toArray(Run[]::new));
        soon().until(() ->
                actors.stream().allMatch(actor -> controlPlane.up(actor, 1).isPresent()));
        var id = controlPlane.hellos.getFirst().agent().toString();
        var pids = processes(id);
        var counts = counts();
        assertThat(pids).hasSize(ACTORS);
        load();

        agent.destroyForcibly().waitFor();
        long killed = System.nanoTime();
        agent = launch();

        soon().until(() -> replies(actors.getFirst()));
        logSince("the first reply", killed);
        var later = counts();
        logSince("replies of all", killed);
        assertThat(processes(id)).isEqualTo(pids);
        for (int i = 0; i < ACTORS; i++) {
            assertThat(later.get(i)).isGreaterThan(counts.get(i));
        }
        assertThat(controlPlane.hellos).hasSize(2);
    }

    private void load() {
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            Thread.startVirtualThread(() -> {
                for (int next = first; !over.get(); next = (next + CLIENTS) % ACTORS) {
                    if (!replies(actors.get(next))) {
                        // A client that is refused comes back a little later, and leaves the machine to the agent.
                        LockSupport.parkNanos(PAUSE.toNanos());
                    }
                }
            });
        }
    }

    private List<Integer> counts() {
        var counts = new ArrayList<Integer>();
        for (var actor : actors) {
            soon().until(() -> replies(actor));
            counts.add(Integer.parseInt(get(actor)));
        }
        return counts;
    }

    private boolean replies(ActorId actor) {
        return !get(actor).isEmpty();
    }

    /** Empty where there was no reply of the actor. */
    private String get(ActorId actor) {
        var uri = URI.create("http://127.0.0.1:%d/%s-http/".formatted(proxyPort, actor));
        try {
            var reply = http.send(
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
                    HttpResponse.BodyHandlers.ofString());
            return reply.statusCode() == 200 ? reply.body() : "";
        } catch (IOException _) {
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All of the agent's but the warden's own. */
    private static List<Long> processes(String agent) {
        var wardens = InnerPids.of("RIVET_PROCESS_ID=warden");
        return InnerPids.of("RIVET_AGENT_ID=" + agent).stream()
                .filter(pid -> !wardens.contains(pid))
                .toList();
    }

    private static void logSince(String what, long nanos) {
        log.info("{} after {} ms", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
    }

    private Process launch() throws IOException {
        return AgentProgram.of(
                        controlPlane,
                        data,
                        Map.of(
                                "RIVET_DENO",
                                TestDeno.path().toString(),
                                "RIVET_PROXY_PORT",
                                Integer.toString(proxyPort)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "agent-restart.log").toFile()))
                .start();
    }

    private static org.awaitility.core.ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10));
    }
}
