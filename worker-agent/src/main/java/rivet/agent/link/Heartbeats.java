package rivet.agent.link;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.Wire;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.ToAgent.Welcome;
import tools.jackson.core.JacksonException;

/** Renews the agent's lease, on a thread and a connection of its own, so that nothing else can delay it. */
final class Heartbeats implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

    private final LinkSettings settings;
    private final ControlPlaneLink.Agent agent;
    private final Runnable fenced;
    private final HttpClient client;
    private final Thread thread = Thread.ofVirtual().name("heartbeats").unstarted(this::run);
    private volatile @Nullable Welcome welcome;
    private volatile @Nullable Long grantedFrom;
    private volatile boolean closed;
    private long nonce;

    /** @param fenced called when the lease is lost */
    Heartbeats(LinkSettings settings, ControlPlaneLink.Agent agent, Runnable fenced) {
        this.settings = settings;
        this.agent = agent;
        this.fenced = fenced;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LinkSettings.HEARTBEAT_TIMEOUT)
                .build();
    }

    void start() {
        thread.start();
    }

    /** From now on for this epoch. */
    synchronized void welcomed(Welcome now) {
        welcome = now;
        LockSupport.unpark(thread);
    }

    /** When the heartbeat that was last granted was sent, on {@link System#nanoTime}: a lease counts from there. */
    OptionalLong grantedFrom() {
        var from = grantedFrom;
        return from == null ? OptionalLong.empty() : OptionalLong.of(from);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        client.shutdownNow();
    }

    private void run() {
        while (!closed) {
            var current = welcome;
            if (current == null) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, beat(current).toNanos());
            }
        }
    }

    /** How long to wait until the next. */
    private Duration beat(Welcome current) {
        long sent = System.nanoTime();
        try {
            switch (ask(new Heartbeat(settings.agent(), current.epoch(), ++nonce))) {
                case Heartbeat.Answer.Grant(var answered, var epoch) -> {
                    // Of another nonce or epoch it is an answer from the past, and extends nothing.
                    if (answered == nonce && epoch == current.epoch()) {
                        grantedFrom = sent;
                        agent.granted(epoch, sent + TimeUnit.MILLISECONDS.toNanos(current.fenceMs()));
                    }
                }
                case Heartbeat.Answer.Fenced _ -> {
                    // Of a heartbeat that our own newer hello has overtaken it says nothing new.
                    if (forget(current)) {
                        agent.fenced(current.epoch());
                        fenced.run();
                    }
                }
            }
            return Duration.ofMillis(current.heartbeatMs());
        } catch (IOException | JacksonException e) {
            if (!closed) {
                log.atWarn().addKeyValue("cause", e.toString()).log("a heartbeat had no answer");
            }
            return LinkSettings.HEARTBEAT_RETRY;
        } catch (InterruptedException _) {
            closed = true;
            return Duration.ZERO;
        }
    }

    private synchronized boolean forget(Welcome current) {
        if (!current.equals(welcome)) {
            return false;
        }
        welcome = null;
        grantedFrom = null;
        return true;
    }

    private Heartbeat.Answer ask(Heartbeat heartbeat) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(settings.at("/link/heartbeat"))
                .timeout(LinkSettings.HEARTBEAT_TIMEOUT)
                .header("Authorization", settings.authorization())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(Wire.JSON.writeValueAsString(heartbeat)))
                .build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("status %d (expected: 200)".formatted(response.statusCode()));
        }
        return Wire.JSON.readValue(response.body(), Heartbeat.Answer.class);
    }
}
