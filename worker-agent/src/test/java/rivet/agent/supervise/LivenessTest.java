package rivet.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rivet.protocol.ActorId;
import rivet.protocol.Health;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor.Run;

/** What becomes of a program that runs and does not answer well any more. */
class LivenessTest {

    private static final int FAILURES = 3;

    @TempDir
    Path folder;

    private final FakeLauncher launcher = new FakeLauncher();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile IntPredicate well = _ -> true;
    private volatile boolean leased = true;
    private Supervisor supervisor;
    private HttpServer program;

    @BeforeEach
    void start() throws IOException {
        supervisor = new Supervisor(
                new Supervisor.Settings(Duration.ofSeconds(10), Duration.ofSeconds(5), 2),
                new Supervisor.Parts(
                        launcher,
                        Journal.open(folder),
                        new LocalPorts(new LocalPorts.Range(27_000, 27_999), 0),
                        () -> leased,
                        (_, _) -> false),
                launcher,
                _ -> {});
        supervisor.recall();
        supervisor.desire(List.of(new Run(ActorId.random(), 1, spec())), () -> {});
        launcher.await("launch 1");
        int port = Objects.requireNonNull(launcher.ports.get("http"));
        program = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        program.createContext("/", exchange -> {
            boolean isWell = well.test(asked.incrementAndGet());
            if (!isWell) {
                failed.incrementAndGet();
            }
            exchange.sendResponseHeaders(isWell ? 204 : 500, -1);
            exchange.close();
        });
        program.start();
        launcher.await("up");
    }

    @AfterEach
    void close() {
        supervisor.close();
        program.stop(0);
    }

    @Test
    void it_is_killed_when_it_has_failed_often_enough_in_a_row() {
        well = _ -> false;

        launcher.await("down not_live");

        assertThat(failed).hasValue(FAILURES);
        assertThat(launcher.story).containsSubsequence("up", "kill all", "down not_live");
    }

    @Test
    void it_is_not_when_it_is_well_in_between() {
        well = number -> number % FAILURES == 0;

        await().until(() -> failed.get() > 5 * FAILURES);

        assertThat(launcher.story).endsWith("up");
    }

    /** It may stand still then, as it is meant to. */
    @Test
    void it_is_not_while_there_is_no_lease() {
        leased = false;
        well = _ -> false;
        await().until(() -> failed.get() > 5 * FAILURES);
        assertThat(launcher.story).endsWith("up");

        leased = true;

        launcher.await("down not_live");
    }

    private static ActorSpec spec() {
        var of = SupervisorTest.SPEC;
        var live = new Health.Liveness(new Health.HttpCheck("http", "/"), 5, FAILURES);
        return new ActorSpec(
                of.build(),
                of.tags(),
                of.key(),
                of.environment(),
                Map.of("http", new ActorSpec.Port(PortProtocol.HTTP, null, null)),
                of.cpuMillicores(),
                of.memoryMib(),
                of.graceMs(),
                of.owner(),
                of.createdAt(),
                new Health(null, false, null, live),
                null,
                null);
    }
}
