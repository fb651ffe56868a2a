package rivet.agent.link;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.link.Heartbeat;
import rivet.protocol.link.ReplicaList.Replica;
import rivet.protocol.link.ToAgent.Welcome;

/**
 * Renews the agent's lease, on a thread and a connection of its own, so that nothing else can delay it. One control plane is
 * asked; all of them are for as long as that one grants nothing.
 */
final class Heartbeats implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);

    private final LinkSettings settings;
    private final ControlPlanes controlPlanes;
    private final ControlPlaneLink.Agent agent;
    private final Runnable fenced;
    private final Beats beats;
    private final Thread thread = Thread.ofVirtual().name("heartbeats").unstarted(this::run);
    private final Outage outage = new Outage();
    private volatile @Nullable Welcome welcome;
    private volatile @Nullable Long grantedFrom;
    private volatile boolean closed;

    /** Whether the last beat was; only the thread knows it. */
    private boolean granted;

    private long nonce;

    /** The newest of our heartbeats that was answered. */
    private long heard;

    /** What a beat came to. */
    private enum Outcome {
        GRANTED,
        /** Granted, and with it came a newer list, which is to be acknowledged. */
        TOLD_MORE,
        PROMISED,
        FENCED,
        NOTHING;

        /** Whether a control plane knew. */
        boolean isDecided() {
            return this != PROMISED && this != NOTHING;
        }
    }

    /** @param fenced called when the lease is lost */
    Heartbeats(LinkSettings settings, ControlPlanes controlPlanes, ControlPlaneLink.Agent agent, Runnable fenced) {
        this.settings = settings;
        this.controlPlanes = controlPlanes;
        this.agent = agent;
        this.fenced = fenced;
        this.beats = new Beats(
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(LinkSettings.HEARTBEAT_TIMEOUT)
                        .build(),
                settings.authorization());
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
        beats.close();
    }

    private void run() {
        while (!closed) {
            var current = welcome;
            if (current == null) {
                LockSupport.park(this);
                continue;
            }
            try {
                LockSupport.parkNanos(this, beat(current).toNanos());
            } catch (InterruptedException _) {
                closed = true;
            }
        }
    }

    /** How long to wait until the next. */
    private Duration beat(Welcome current) throws InterruptedException {
        var one = Set.of(controlPlanes.current().toString());
        var all = everyone();
        var outcome = ask(current, granted ? one : all);
        if (granted && !outcome.isDecided() && all.size() > 1) {
            outcome = ask(current, all);
        }
        granted = outcome == Outcome.GRANTED || outcome == Outcome.TOLD_MORE;
        return switch (outcome) {
            case GRANTED, PROMISED, FENCED -> Duration.ofMillis(current.heartbeatMs());
            case TOLD_MORE -> Duration.ZERO;
            case NOTHING -> LinkSettings.HEARTBEAT_RETRY;
        };
    }

    private Set<String> everyone() {
        var urls = new LinkedHashSet<String>();
        controlPlanes.all().forEach(url -> urls.add(url.toString()));
        var list = outage.list();
        if (list != null) {
            list.replicas().stream().map(Replica::url).forEach(urls::add);
        }
        return urls;
    }

    /** All at once; the first that knows decides. */
    private Outcome ask(Welcome current, Set<String> controlPlanes) throws InterruptedException {
        var list = outage.list();
        var held = list == null ? null : Long.valueOf(list.revision());
        var replies = beats.send(controlPlanes.stream()
                .map(url -> new Beats.Beat(url, new Heartbeat(settings.agent(), current.epoch(), ++nonce, heard, held)))
                .toList());
        var outcome = Outcome.NOTHING;
        while (replies.hasNext() && !outcome.isDecided()) {
            outcome = switch (replies.next()) {
                case Beats.Reply.Silence(var cause) -> {
                    warn(cause);
                    yield outcome;
                }
                case Beats.Reply.Answered answered -> take(current, answered, outcome);
            };
        }
        return outcome;
    }

    private Outcome take(Welcome current, Beats.Reply.Answered answered, Outcome before) {
        var heartbeat = answered.to();
        heard = Math.max(heard, heartbeat.nonce());
        var sent = answered.sent();
        return switch (answered.answer()) {
            // Of another nonce or epoch it is an answer from the past, and extends nothing.
            case Heartbeat.Answer.Grant(var nonce, var epoch, var newer)
            when nonce == heartbeat.nonce() && epoch == current.epoch() -> {
                grantedFrom = sent;
                outage.granted(sent, heartbeat.replicas(), newer);
                agent.granted(epoch, sent + nanos(current.fenceMs()));
                yield newer == null ? Outcome.GRANTED : Outcome.TOLD_MORE;
            }
            case Heartbeat.Answer.Promise(var nonce, var replica)
            when nonce == heartbeat.nonce() -> {
                outage.promised(replica, sent);
                yield isCarriedOn(current) ? Outcome.PROMISED : before;
            }
            case Heartbeat.Answer.Fenced _ -> {
                // Of a heartbeat that our own newer hello has overtaken it says nothing new.
                if (forget(current)) {
                    agent.fenced(current.epoch());
                    fenced.run();
                }
                yield Outcome.FENCED;
            }
            case Heartbeat.Answer.Grant _, Heartbeat.Answer.Promise _ -> before;
        };
    }

    private boolean isCarriedOn(Welcome current) {
        var longest = current.outageMs();
        var until = longest == null ? OptionalLong.empty() : outage.until(nanos(current.fenceMs()), nanos(longest));
        until.ifPresent(agent::promised);
        return until.isPresent();
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void warn(Exception cause) {
        if (!closed) {
            log.atWarn().addKeyValue("cause", cause.toString()).log("a heartbeat had no answer");
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
}
