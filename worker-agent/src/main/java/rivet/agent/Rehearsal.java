package rivet.agent;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.PortProtocol;
import rivet.protocol.Wire;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;

/**
 * What the build lets a JVM do while it learns which classes an agent needs at its start, so that later starts find them in a
 * cache: an agent that adopts its actors is back in half the time. It runs an agent of a temporary folder whose control plane is
 * not there, and reads and writes what the two would have said.
 */
final class Rehearsal {

    private static final String NOWHERE = "http://127.0.0.1:1";

    private Rehearsal() {}

    public static void main(String[] arguments) throws Exception {
        speak();
        var data = Path.of(arguments[0]);
        try (var agent = Agent.start(settings(Files.createDirectories(data)))) {
            ask(agent.proxyUrl());
            TimeUnit.SECONDS.sleep(1); // the link and the heartbeats try in vain
        }
    }

    private static AgentSettings settings(Path data) {
        return AgentSettings.read(Map.of(
                "RIVET_CONTROL_PLANE_URL", NOWHERE,
                "RIVET_AGENT_TOKEN", "none",
                "RIVET_DATA_DIR", data.toString(),
                "RIVET_PROXY_PORT", "0",
                "RIVET_DENO", "/bin/false",
                "RIVET_WARM_PROCESSES", "0"));
    }

    private static void ask(URI proxy) throws IOException {
        try (var socket = new Socket(proxy.getHost(), proxy.getPort())) {
            socket.getOutputStream()
                    .write("GET /%s-http/ HTTP/1.1\r\nHost: rehearsal\r\nConnection: close\r\n\r\n"
                            .formatted(ActorId.random())
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private static void speak() {
        var actor = ActorId.random();
        var report = new ActorReport(actor, 1, new Phase.Up(Map.of("http", 1024)));
        write(ToControlPlane.class, new ToControlPlane.Report(1, List.of(report)));
        write(ToAgent.class, new ToAgent.Welcome(1, 2000, 8000));
        write(ToAgent.class, new ToAgent.Desired(1, 1, List.of(new DesiredActor.Run(actor, 1, spec()))));
        write(ToAgent.class, new ToAgent.Changed(1, 1, 2, List.of(new DesiredActor.Stop(actor, 1, 0)), List.of(actor)));
        write(ToAgent.class, new ToAgent.Routes(1, 1, List.of()));
        write(Heartbeat.Answer.class, new Heartbeat.Answer.Grant(1, 1));
    }

    private static <T> void write(Class<T> type, T message) {
        var _ = Wire.JSON.readValue(Wire.JSON.writerFor(type).writeValueAsString(message), type);
    }

    private static ActorSpec spec() {
        return new ActorSpec(
                new ActorSpec.Build(BuildId.random(), BuildKind.EXECUTABLE, "0".repeat(64), 1, "none"),
                Map.of(),
                null,
                Map.of(),
                Map.of("http", new ActorSpec.Port(PortProtocol.HTTP, null, NOWHERE)),
                250,
                256,
                5_000,
                new ActorSpec.Owner("p", "p", "e", "e", "c", "local", "Local"),
                Instant.EPOCH);
    }
}
