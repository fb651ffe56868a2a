package rivet.agent.link;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToAgent.Desired;
import rivet.protocol.link.ToAgent.Rejected;
import rivet.protocol.link.ToAgent.Welcome;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.LogLine;
import tools.jackson.core.JacksonException;

/** What is said over one socket, from hello to its end. */
final class Conversation implements Socket.Receiver {

    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    /** How soon a silence is noticed. */
    private static final long LOOK_EVERY_MS = 500;

    private static final long NO_REVISION = Long.MIN_VALUE;

    private final ControlPlaneLink.Agent agent;
    private final Outbox outbox;
    private final Heartbeats heartbeats;
    private final BooleanSupplier closing;
    private final BooleanSupplier fenced;
    private final CompletableFuture<Welcome> welcome = new CompletableFuture<>();

    /** When our hello was made, on {@link System#nanoTime}: what the welcome grants counts from there. */
    private volatile long helloAt;

    /** The set in force. Only the socket's receiving side knows it. */
    private @Nullable Desired set;

    /** A change came that is not one of the set in force; only a new conversation begins with a whole one. */
    private volatile boolean missedChange;

    /** Likewise. */
    private long routesRevision = NO_REVISION;

    /** Likewise. */
    private long accessRevision = NO_REVISION;

    /** Likewise. */
    private long ingressRevision = NO_REVISION;

    Conversation(
            ControlPlaneLink.Agent agent,
            Outbox outbox,
            Heartbeats heartbeats,
            BooleanSupplier closing,
            BooleanSupplier fenced) {
        this.agent = agent;
        this.outbox = outbox;
        this.heartbeats = heartbeats;
        this.closing = closing;
        this.fenced = fenced;
    }

    boolean wasWelcomed() {
        return welcome.isDone() && !welcome.isCompletedExceptionally();
    }

    /** Returns when we wanted it to end; throws when it ended by itself. */
    void hold(HttpClient client, URI controlPlane, LinkSettings settings) throws IOException, InterruptedException {
        var socket = Socket.connect(client, controlPlane, settings, this);
        try {
            // What is true when the hello is made is in the hello; what changes after that waits behind it.
            outbox.clearFacts();
            helloAt = System.nanoTime();
            var hello = agent.hello();
            say(socket, hello);
            var welcomed = awaitWelcome();
            heartbeats.welcomed(welcomed);
            log.atInfo()
                    .addKeyValue("agent", hello.agent())
                    .addKeyValue("epoch", welcomed.epoch())
                    .log("welcomed by the control plane");
            say(socket, new ToControlPlane.Report(welcomed.epoch(), hello.actors()));
            talk(socket, welcomed.epoch());
            socket.close();
        } finally {
            socket.abort();
        }
    }

    @Override
    public void message(String text) {
        try {
            switch (Wire.JSON.readValue(text, ToAgent.class)) {
                case Welcome welcomed -> welcomed(welcomed);
                case Rejected(var code, var message) -> reject(code, message);
                case Desired whole -> desired(whole);
                case ToAgent.Changed change -> changed(change);
                case ToAgent.Routes routes -> routes(routes);
                case ToAgent.Access access -> access(access);
                case ToAgent.Ingress ingress -> ingress(ingress);
                case ToAgent.Moved(var _, var actors) -> agent.moved(actors);
            }
        } catch (JacksonException e) {
            log.atError().addKeyValue("cause", e.getOriginalMessage()).log("a message could not be read");
        } catch (RuntimeException e) {
            log.atError().setCause(e).log("a message could not be obeyed");
        }
    }

    private void welcomed(Welcome welcomed) {
        if (welcome.complete(welcomed)) {
            agent.granted(welcomed.epoch(), helloAt + TimeUnit.MILLISECONDS.toNanos(welcomed.fenceMs()));
        }
    }

    @Override
    public void ended() {
        welcome.completeExceptionally(new IOException("the socket ended before a welcome"));
        outbox.nudge();
    }

    private void desired(Desired whole) {
        if (isNews(whole.epoch(), whole.revision())) {
            set = whole;
            agent.desired(whole);
        }
    }

    private void changed(ToAgent.Changed change) {
        var before = set;
        if (!isNews(change.epoch(), change.revision())) {
            return;
        }
        if (before == null || before.revision() != change.since()) {
            missedChange = true;
            outbox.nudge();
            return;
        }
        desired(change.from(before));
    }

    /** A set of another epoch, or one that is not newer, is from the past. */
    private boolean isNews(long epoch, long revision) {
        var welcomed = welcome.getNow(null);
        var before = set;
        if (welcomed != null && epoch == welcomed.epoch() && (before == null || revision > before.revision())) {
            return true;
        }
        log.atInfo()
                .addKeyValue("epoch", epoch)
                .addKeyValue("revision", revision)
                .log("a set from the past is passed over");
        return false;
    }

    private void routes(ToAgent.Routes routes) {
        var welcomed = welcome.getNow(null);
        if (welcomed != null && routes.epoch() == welcomed.epoch() && routes.revision() > routesRevision) {
            routesRevision = routes.revision();
            agent.routes(routes.routes());
        }
    }

    private void access(ToAgent.Access access) {
        var welcomed = welcome.getNow(null);
        if (welcomed != null && access.epoch() == welcomed.epoch() && access.revision() > accessRevision) {
            accessRevision = access.revision();
            agent.access(access);
        }
    }

    private void ingress(ToAgent.Ingress ingress) {
        var welcomed = welcome.getNow(null);
        if (welcomed != null && ingress.epoch() == welcomed.epoch() && ingress.revision() > ingressRevision) {
            ingressRevision = ingress.revision();
            agent.ingress(ingress.ports());
        }
    }

    private void reject(String code, String message) {
        welcome.completeExceptionally(new IOException("rejected: %s (%s)".formatted(code, message)));
        outbox.nudge();
    }

    private Welcome awaitWelcome() throws IOException, InterruptedException {
        try {
            return welcome.get(LinkSettings.WELCOME_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("not welcomed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException("no welcome within " + LinkSettings.WELCOME_TIMEOUT, e);
        }
    }

    private void talk(Socket socket, long epoch) throws IOException, InterruptedException {
        long lastPing = System.nanoTime();
        while (!fenced.getAsBoolean() && !(closing.getAsBoolean() && outbox.isEmpty())) {
            check(socket);
            if (missedChange) {
                throw new IOException("a change of a set that is not in force");
            }
            if (System.nanoTime() - lastPing > LinkSettings.PING_EVERY.toNanos()) {
                lastPing = System.nanoTime();
                socket.ping();
            }
            send(socket, epoch, outbox.take(closing.getAsBoolean() ? 1 : LOOK_EVERY_MS));
        }
    }

    private static void check(Socket socket) throws IOException {
        var end = socket.ended();
        if (end != null) {
            throw new IOException("the socket ended: " + end);
        }
        if (socket.silentNanos() > LinkSettings.SILENCE.toNanos()) {
            throw new IOException("nothing was heard for " + LinkSettings.SILENCE);
        }
    }

    private void send(Socket socket, long epoch, List<Outbox.Parcel> parcels) throws IOException, InterruptedException {
        int sent = 0;
        try {
            for (var parcel : parcels) {
                say(socket, message(epoch, parcel));
                sent++;
            }
        } finally {
            outbox.sent(lines(parcels.subList(sent, parcels.size())));
        }
    }

    private static ToControlPlane message(long epoch, Outbox.Parcel parcel) {
        return switch (parcel) {
            case Outbox.Parcel.Facts(var reports) -> new ToControlPlane.Report(epoch, reports);
            case Outbox.Parcel.Follow(var actors) -> new ToControlPlane.Follow(epoch, actors);
            case Outbox.Parcel.Lines(var lines) -> new ToControlPlane.Logs(epoch, lines);
        };
    }

    /** Facts need no second try: the next hello has them. */
    private static List<LogLine> lines(List<Outbox.Parcel> parcels) {
        var lines = new ArrayList<LogLine>();
        for (var parcel : parcels) {
            if (parcel instanceof Outbox.Parcel.Lines(var more)) {
                lines.addAll(more);
            }
        }
        return lines;
    }

    private static void say(Socket socket, ToControlPlane message) throws IOException, InterruptedException {
        socket.send(Wire.JSON.writeValueAsString(message));
    }
}
