package rivet.agent.link;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.ActorId;
import rivet.protocol.BuildId;
import rivet.protocol.Wire;
import rivet.protocol.api.ProblemView;
import rivet.protocol.kv.KvCall.Question;
import rivet.protocol.link.ActorLocation;
import rivet.protocol.link.ActorReport;
import rivet.protocol.link.CustomRoute;
import rivet.protocol.link.IngressPort;
import rivet.protocol.link.RouteTraffic;
import rivet.protocol.link.RoutedActors;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToAgent.Desired;
import rivet.protocol.link.ToControlPlane.Followed;
import rivet.protocol.link.ToControlPlane.Hello;
import rivet.protocol.link.ToControlPlane.LogLine;

/** The agent's side of the conversation with the control plane; connects again, to the next, for as long as the agent lives. */
public final class ControlPlaneLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ControlPlaneLink.class);

    /** The codes of what asking again will not mend. */
    private static final Set<String> FINAL = Set.of(Refused.STALE, Refused.TOO_LARGE);

    private final LinkSettings settings;
    private final ControlPlanes controlPlanes;
    private final Agent agent;
    private final DoubleSupplier chance;
    private final Outbox outbox = new Outbox(Outbox.Bounds.DEFAULT);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LinkSettings.CONNECT_TIMEOUT)
            .build();
    private final StoreLink stores;
    private final Heartbeats heartbeats;
    private final Thread thread = Thread.ofVirtual().name("link").unstarted(this::run);
    private volatile boolean closed;
    private volatile boolean fenced;
    private volatile @Nullable Conversation current;

    /** @param chance from 0 to 1, anew each time */
    public ControlPlaneLink(LinkSettings settings, Agent agent, DoubleSupplier chance) {
        this.settings = settings;
        this.controlPlanes = new ControlPlanes(settings.controlPlanes(), chance.getAsDouble());
        this.agent = agent;
        this.chance = chance;
        this.stores = new StoreLink(client, settings, controlPlanes);
        this.heartbeats = new Heartbeats(settings, controlPlanes, agent, this::fenced);
    }

    /** The rest of the agent, as the link sees it. */
    public interface Agent {

        /** With all that is true now; asked for at each connect. */
        Hello hello();

        /** The set in force; only ever a newer one. Must not wait. */
        void desired(Desired set);

        /** The agent may serve until then, on {@link System#nanoTime}. Must not wait. */
        void granted(long epoch, long untilNanos);

        /** Nobody replaces the agent before then, on {@link System#nanoTime}: what it serves it may go on to. Must not wait. */
        void promised(long untilNanos);

        /** The lease of this epoch is lost. Must not wait. */
        void fenced(long epoch);

        /** What was said of these actors no longer holds. Must not wait. */
        void moved(List<ActorId> actors);

        /** All custom routes there are; only ever newer ones. Must not wait. */
        void routes(List<CustomRoute> routes);

        /** With what tokens of connections are checked; only ever newer. Must not wait. */
        void access(ToAgent.Access access);

        /** All numbers of the agent's region that lead to actors; only ever newer ones. Must not wait. */
        void ingress(List<IngressPort> ports);
    }

    public void start() {
        thread.start();
        heartbeats.start();
    }

    /** Tells a fact; at once if there is a connection, and else with the next hello. */
    public void report(ActorReport report) {
        outbox.put(report);
    }

    public void log(LogLine line) {
        outbox.put(line);
    }

    /** When the heartbeat that was last granted was sent, on {@link System#nanoTime}. */
    public OptionalLong leaseGrantedFrom() {
        return heartbeats.grantedFrom();
    }

    /** Whether the control plane has welcomed us and can hear us. */
    public boolean isUp() {
        var conversation = current;
        return conversation != null && conversation.wasWelcomed();
    }

    /** A build's bytes as they are stored; the caller closes and checks them. */
    public InputStream download(BuildId build) throws IOException, InterruptedException {
        return bytes("/link/builds/%s/content".formatted(build));
    }

    private InputStream bytes(String path) throws IOException, InterruptedException {
        var response = client.send(get(path), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            response.body().close();
            throw new IOException("%s: status %d (expected: 200)".formatted(path, response.statusCode()));
        }
        return response.body();
    }

    /** Who runs an actor that is not here; empty if there is no such actor. */
    public CompletionStage<Optional<ActorLocation>> locate(ActorId actor) {
        return client.sendAsync(get("/link/actors/" + actor), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> switch (response.statusCode()) {
                    case 200 -> Optional.of(followed(Wire.JSON.readValue(response.body(), ActorLocation.class)));
                    case 404 -> Optional.empty();
                    default ->
                        throw new CompletionException(new IOException(
                                "actor %s: status %d (expected: 200 or 404)".formatted(actor, response.statusCode())));
                });
    }

    /** From now on the control plane tells when that no longer holds. */
    private ActorLocation followed(ActorLocation location) {
        if (location.version() != null) {
            outbox.put(new Followed(location.actor(), location.version()));
        }
        return location;
    }

    /** The live actors that a custom route leads to, or some of them; none if there is no such route. */
    public CompletionStage<List<ActorLocation>> locate(String environmentId, String route) {
        var path = "/link/routes/%s/%s/actors".formatted(environmentId, route);
        return client.sendAsync(get(path), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> switch (response.statusCode()) {
                    case 200 ->
                        Wire.JSON.readValue(response.body(), RoutedActors.class).actors();
                    case 404 -> List.of();
                    default ->
                        throw new CompletionException(new IOException(
                                "route %s: status %d (expected: 200 or 404)".formatted(route, response.statusCode())));
                });
    }

    /** @return whether the batch is done with: stored, or nothing that will ever be taken */
    public boolean send(RouteTraffic traffic) throws InterruptedException {
        try {
            var response = client.send(
                    request("/link/route-traffic")
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(Wire.JSON.writeValueAsString(traffic)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return switch (response.statusCode()) {
                case 200, 204 -> true;
                case 400, 404, 413, 422 -> {
                    log.atError().addKeyValue("answer", response.body()).log("counts of requests were refused");
                    yield true;
                }
                default -> false;
            };
        } catch (IOException e) {
            log.atDebug().setCause(e).log("counts of requests could not be told");
            return false;
        }
    }

    /**
     * What actors ask of their stores goes by a socket of its own, so that it delays nothing on the link. Does not wait.
     *
     * @return completes about {@link LinkSettings#STORE_TIMEOUT} after being connected, at the latest
     */
    public CompletableFuture<byte[]> ask(Question question) {
        return stores.ask(question);
    }

    /**
     * What belongs to actors' directories, likewise.
     *
     * @param file is sent; absent: nothing is
     * @param atMost until the answer has come
     * @throws Refused where asking again is of no use
     */
    public <T> T dir(String path, @Nullable Path file, Duration atMost, Class<T> answer)
            throws IOException, InterruptedException {
        var request = request("/link/dirs/" + path).timeout(atMost);
        var response = client.send(
                file == null
                        ? request.POST(HttpRequest.BodyPublishers.noBody()).build()
                        : request.header("Content-Type", "application/octet-stream")
                                .PUT(HttpRequest.BodyPublishers.ofFile(file))
                                .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 409) {
            var problem = Wire.JSON.readValue(response.body(), ProblemView.class);
            if (FINAL.contains(problem.code())) {
                throw new Refused(problem.code(), problem.message());
            }
        }
        if (response.statusCode() != 200) {
            throw new IOException("directories: status %d (expected: 200)".formatted(response.statusCode()));
        }
        return Wire.JSON.readValue(response.body().isEmpty() ? "null" : response.body(), answer);
    }

    /** The control plane will not do it, however often it is asked. */
    public static final class Refused extends IOException {

        /** A newer generation of the actor was started, or it is destroyed. */
        public static final String STALE = "STALE_GENERATION";

        /** More is in the actor's store than a checkpoint keeps. */
        public static final String TOO_LARGE = "KV_TOO_LARGE_TO_KEEP";

        private final String code;

        Refused(String code, String message) {
            super(message);
            this.code = code;
        }

        public String code() {
            return code;
        }
    }

    /** A checkpoint's bytes as they are stored; the caller closes and checks them. */
    public InputStream checkpoint(ActorId actor, long number) throws IOException, InterruptedException {
        return bytes("/link/dirs/%s/checkpoints/%d/content".formatted(actor, number));
    }

    /** Sends what waits, if that can be done soon, and says goodbye. */
    @Override
    public void close() {
        var giveUp = System.nanoTime() + LinkSettings.LAST_WORDS.toNanos();
        closed = true;
        outbox.nudge();
        try {
            if (!thread.join(Duration.ofNanos(Math.max(1, giveUp - System.nanoTime())))) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        heartbeats.close();
        stores.close();
        client.shutdownNow();
    }

    private HttpRequest get(String path) {
        return request(path).GET().build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(LinkSettings.at(controlPlanes.current().toString(), path))
                .timeout(LinkSettings.REQUEST_TIMEOUT)
                .header("Authorization", settings.authorization());
    }

    /** Says hello again: what was said last came too late to be obeyed. */
    public void rejoin() {
        fenced = true;
        outbox.nudge();
    }

    private void fenced() {
        log.warn("the lease is lost: saying hello again");
        rejoin();
    }

    private void run() {
        var failures = 0;
        while (!closed) {
            fenced = false;
            var conversation = new Conversation(agent, outbox, heartbeats, () -> closed, () -> fenced);
            current = conversation;
            var controlPlane = controlPlanes.current();
            try {
                conversation.hold(client, controlPlane, settings);
            } catch (IOException | RuntimeException e) {
                log.atWarn()
                        .addKeyValue("control_plane", controlPlane)
                        .addKeyValue("cause", e.toString())
                        .log("the link is down: trying again");
                controlPlanes.failed(controlPlane);
            } catch (InterruptedException _) {
                return;
            }
            current = null;
            failures = conversation.wasWelcomed() ? 0 : failures + 1;
            pause(failures);
        }
    }

    private void pause(int failures) {
        if (closed) {
            return;
        }
        try {
            Thread.sleep(LinkSettings.RECONNECT.delay(failures, chance.getAsDouble()));
        } catch (InterruptedException _) {
            closed = true;
        }
    }
}
