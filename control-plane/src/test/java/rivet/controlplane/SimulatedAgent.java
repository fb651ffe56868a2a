package rivet.controlplane;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.LogStream;
import rivet.protocol.Wire;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.ActorReport.Phase;
import rivet.protocol.link.DesiredActor;
import rivet.protocol.link.DownReason;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToControlPlane;

/** Speaks the real protocol over a real socket and runs nothing; the test says what is reported. */
public final class SimulatedAgent implements AutoCloseable {

    public static final String TOKEN = "a-token-for-agents";
    private static final Duration SOON = Duration.ofSeconds(20);

    public final AgentId id;
    public final List<ToAgent> received = new CopyOnWriteArrayList<>();

    /** How each set but the first differed from the one before, as it was said. */
    public final List<ToAgent.Changed> changes = new CopyOnWriteArrayList<>();

    private final URI api;
    private final HttpClient http = HttpClient.newHttpClient();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private volatile boolean closed;

    private SimulatedAgent(URI api, AgentId id) {
        this.api = api;
        this.id = id;
        var link = URI.create("ws" + api.toString().substring(4) + "/link");
        this.socket = http.newWebSocketBuilder()
                .header("authorization", "Bearer " + TOKEN)
                .buildAsync(link, new Ears())
                .join();
    }

    public static SimulatedAgent connect(URI api, AgentId id) {
        return new SimulatedAgent(api, id);
    }

    /** Connected, welcomed, and in possession of its first set. */
    public static SimulatedAgent joined(URI api, String region, int millicores, int mib) {
        return joined(api, AgentId.random(), region, millicores, mib, List.of());
    }

    public static SimulatedAgent joined(
            URI api, AgentId id, String region, int millicores, int mib, List<ActorReport> actors) {
        var agent = connect(api, id);
        agent.say(hello(id, region, millicores, mib, actors));
        await().atMost(SOON).until(() -> agent.last() != null);
        return agent;
    }

    public static ToControlPlane.Hello hello(
            AgentId id, String region, int millicores, int mib, List<ActorReport> actors) {
        return new ToControlPlane.Hello(
                id,
                ToControlPlane.PROTOCOL,
                "0.1.0",
                region,
                "http://127.0.0.1:7080",
                new ToControlPlane.Capacity(millicores, mib),
                actors);
    }

    public void say(ToControlPlane message) {
        sayRaw(Wire.JSON.writerFor(ToControlPlane.class).writeValueAsString(message));
    }

    public synchronized void sayRaw(String frame) {
        socket.sendText(frame, true).join();
    }

    public void report(ActorId actor, long generation, Phase phase) {
        say(new ToControlPlane.Report(epoch(), List.of(new ActorReport(actor, generation, phase))));
    }

    public void up(DesiredActor.Run run) {
        report(run.actor(), run.generation(), new Phase.Up(Map.of("http", 4711)));
    }

    public void down(ActorId actor, long generation, DownReason reason, @Nullable Integer exitCode) {
        report(actor, generation, new Phase.Down(exitCode, null, reason, "as the test says"));
    }

    public void log(ActorId actor, long generation, String... lines) {
        say(new ToControlPlane.Logs(
                epoch(),
                List.of(lines).stream()
                        .map(line -> new ToControlPlane.LogLine(
                                actor, generation, LogStream.STDOUT, Instant.parse("2026-01-02T03:04:05Z"), line))
                        .toList()));
    }

    public Heartbeat.Answer heartbeat(long epoch) {
        return heartbeat(new Heartbeat(id, epoch, 7));
    }

    /** Sent again for as long as there is no answer, which on a busy machine may come too late. */
    public Heartbeat.Answer heartbeat(Heartbeat heartbeat) {
        return await().atMost(SOON)
                .until(() -> ask(heartbeat), Optional::isPresent)
                .orElseThrow();
    }

    /** Sent once. */
    public Optional<Heartbeat.Answer> ask(Heartbeat heartbeat) {
        var body = Wire.JSON.writeValueAsString(heartbeat);
        var request = HttpRequest.newBuilder(api.resolve("/link/heartbeat"))
                .header("authorization", "Bearer " + TOKEN)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
        return answer.statusCode() == 200
                ? Optional.of(Wire.JSON.readValue(answer.body(), Heartbeat.Answer.class))
                : Optional.empty();
    }

    public long epoch() {
        return received.stream()
                .filter(ToAgent.Welcome.class::isInstance)
                .map(ToAgent.Welcome.class::cast)
                .findFirst()
                .orElseThrow()
                .epoch();
    }

    public ToAgent.@Nullable Desired last() {
        ToAgent.Desired last = null;
        for (var message : received) {
            if (message instanceof ToAgent.Desired desired) {
                last = desired;
            }
        }
        return last;
    }

    public boolean isClosed() {
        return closed;
    }

    /** Waits until the newest set holds such an entry for the actor. */
    public <T extends DesiredActor> T awaitDesired(ActorId actor, Class<T> want, Predicate<T> matching) {
        return await().atMost(SOON).until(() -> desired(actor, want, matching), found -> found != null);
    }

    public DesiredActor.Run awaitRun(ActorId actor, long generation) {
        return awaitDesired(actor, DesiredActor.Run.class, run -> run.generation() == generation);
    }

    public DesiredActor.Stop awaitStop(ActorId actor) {
        return awaitDesired(actor, DesiredActor.Stop.class, _ -> true);
    }

    public void awaitUndesired(ActorId actor) {
        await().atMost(SOON).until(() -> {
            var last = last();
            return last != null
                    && last.actors().stream().noneMatch(entry -> entry.actor().equals(actor));
        });
    }

    private <T extends DesiredActor> @Nullable T desired(ActorId actor, Class<T> want, Predicate<T> matching) {
        var last = last();
        return last == null
                ? null
                : last.actors().stream()
                        .filter(entry -> entry.actor().equals(actor))
                        .filter(want::isInstance)
                        .map(want::cast)
                        .filter(matching)
                        .findFirst()
                        .orElse(null);
    }

    @Override
    public void close() {
        socket.abort();
        http.close();
    }

    /** Who looks at what was received sees whole sets. */
    private ToAgent heard(ToAgent message) {
        if (message instanceof ToAgent.Changed change) {
            changes.add(change);
            return change.from(Objects.requireNonNull(last()));
        }
        return message;
    }

    private final class Ears implements WebSocket.Listener {
        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                received.add(heard(Wire.JSON.readValue(partial.toString(), ToAgent.class)));
                partial.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed = true;
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed = true;
        }
    }
}
