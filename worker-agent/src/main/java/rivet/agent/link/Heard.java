package rivet.agent.link;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import rivet.protocol.Wire;
import rivet.protocol.link.ToAgent;
import rivet.protocol.link.ToAgent.Desired;
import rivet.protocol.link.ToAgent.Rejected;
import rivet.protocol.link.ToAgent.Welcome;
import tools.jackson.core.JacksonException;

/**
 * What the control plane says in one conversation, and which of it counts: nothing of another epoch, nothing that is not newer than what
 * is in force, and nothing when the conversation is over. The socket's thread may have a frame in hand then, and would be done
 * with it when the next conversation's set is in force already.
 */
final class Heard implements Socket.Receiver {

    private static final Logger log = LoggerFactory.getLogger(Heard.class);

    private static final long NO_REVISION = Long.MIN_VALUE;

    private final ControlPlaneLink.Agent agent;
    private final Runnable nudge;
    private final CompletableFuture<Welcome> welcome = new CompletableFuture<>();

    /** When our hello was made, on the clock of the lease: what the welcome grants counts from there. */
    private volatile long helloAt;

    private volatile boolean missedChange;

    /** The set in force. */
    private @Nullable Desired set;

    private long routesRevision = NO_REVISION;
    private long accessRevision = NO_REVISION;
    private long ingressRevision = NO_REVISION;
    private boolean over;

    /** @param nudge called when whoever holds the conversation has something to see */
    Heard(ControlPlaneLink.Agent agent, Runnable nudge) {
        this.agent = agent;
        this.nudge = nudge;
    }

    void saysHello(long nanos) {
        helloAt = nanos;
    }

    CompletableFuture<Welcome> welcome() {
        return welcome;
    }

    boolean wasWelcomed() {
        return welcome.isDone() && !welcome.isCompletedExceptionally();
    }

    /** Whether a change came that is not one of the set in force; only a new conversation begins with a whole one. */
    boolean missedChange() {
        return missedChange;
    }

    /** When it returns, nothing that was said in this conversation changes anything any more. */
    synchronized void over() {
        over = true;
    }

    @Override
    public synchronized void message(String text) {
        if (over) {
            return;
        }
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

    @Override
    public void ended() {
        welcome.completeExceptionally(new IOException("the socket ended before a welcome"));
        nudge.run();
    }

    private void welcomed(Welcome welcomed) {
        if (welcome.complete(welcomed)) {
            agent.granted(welcomed.epoch(), helloAt + TimeUnit.MILLISECONDS.toNanos(welcomed.fenceMs()));
        }
    }

    private void reject(String code, String message) {
        welcome.completeExceptionally(new IOException("rejected: %s (%s)".formatted(code, message)));
        nudge.run();
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
            nudge.run();
            return;
        }
        desired(change.from(before));
    }

    /** A set of another epoch, or one that is not newer, is from the past. */
    private boolean isNews(long epoch, long revision) {
        var before = set;
        if (isOfThisEpoch(epoch) && (before == null || revision > before.revision())) {
            return true;
        }
        log.atInfo()
                .addKeyValue("epoch", epoch)
                .addKeyValue("revision", revision)
                .log("a set from the past is passed over");
        return false;
    }

    private void routes(ToAgent.Routes routes) {
        if (isOfThisEpoch(routes.epoch()) && routes.revision() > routesRevision) {
            routesRevision = routes.revision();
            agent.routes(routes.routes());
        }
    }

    private void access(ToAgent.Access access) {
        if (isOfThisEpoch(access.epoch()) && access.revision() > accessRevision) {
            accessRevision = access.revision();
            agent.access(access);
        }
    }

    private void ingress(ToAgent.Ingress ingress) {
        if (isOfThisEpoch(ingress.epoch()) && ingress.revision() > ingressRevision) {
            ingressRevision = ingress.revision();
            agent.ingress(ingress.ports());
        }
    }

    private boolean isOfThisEpoch(long epoch) {
        var welcomed = wasWelcomed() ? welcome.join() : null;
        return welcomed != null && epoch == welcomed.epoch();
    }
}
