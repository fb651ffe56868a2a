package rivet.agent.link;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent.Welcome;
import rivet.protocol.link.ToControlPlane;
import rivet.protocol.link.ToControlPlane.LogLine;

/** What is said over one socket, from hello to its end. */
final class Conversation {

    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    /** How soon a silence is noticed. */
    private static final long LOOK_EVERY_MS = 500;

    private final ControlPlaneLink.Agent agent;
    private final Outbox outbox;
    private final Heartbeats heartbeats;
    private final BooleanSupplier closing;
    private final BooleanSupplier fenced;
    private final Heard heard;

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
        this.heard = new Heard(agent, outbox::nudge);
    }

    boolean wasWelcomed() {
        return heard.wasWelcomed();
    }

    /** Returns when we wanted it to end; throws when it ended by itself. */
    void hold(HttpClient client, URI controlPlane, LinkSettings settings) throws IOException, InterruptedException {
        var socket = Socket.connect(client, controlPlane, settings, heard);
        try {
            // What is true when the hello is made is in the hello; what changes after that waits behind it.
            outbox.clearFacts();
            heard.saysHello(System.nanoTime());
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
            heard.over();
        }
    }

    private Welcome awaitWelcome() throws IOException, InterruptedException {
        try {
            return heard.welcome().get(LinkSettings.WELCOME_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
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
            if (heard.missedChange()) {
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
