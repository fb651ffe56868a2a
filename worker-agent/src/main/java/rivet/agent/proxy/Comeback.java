package rivet.agent.proxy;

import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.Asker.Switched;

/**
 * How a WebSocket whose actor's process is gone comes to the next one: by one try after the other, for as long as something that its
 * client said waits to be told. Lives on the event loop of its client.
 */
final class Comeback {

    /** Between two tries. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Lane lane;
    private final HibernatingSocket socket;
    private final Resumption.Opening opening;
    private @Nullable Resumption resumption;
    private boolean again;
    /** Since when the actor is wanted back, on the lane's clock; absent while it is not. */
    private @Nullable Long wantedSince;

    Comeback(Lane lane, HibernatingSocket socket, Resumption.Opening opening) {
        this.lane = lane;
        this.socket = socket;
        this.opening = opening;
    }

    /** The actor has to be there, asleep or not. */
    void want() {
        if (!socket.isAlone() || resumption != null || again) {
            return;
        }
        wantedSince = wantedSince == null ? Long.valueOf(lane.now()) : wantedSince;
        Resumption begins = new Resumption(lane, this, opening);
        resumption = begins;
        begins.start();
    }

    /** The socket has been opened to a process. */
    void isThere() {
        wantedSince = null;
    }

    /** The actor's next process has opened it. */
    void resumed(Switched to) {
        resumption = null;
        socket.resumed(to);
    }

    /** The actor's next process has answered in another way. */
    void refused() {
        resumption = null;
        socket.end(Goodbye.NOT_RESUMED);
    }

    /** @param why there is no answer of the actor */
    void unreached(Problem why) {
        resumption = null;
        switch (why.status()) {
            case 401, 403 -> socket.end(Goodbye.ACCESS_OVER);
            case 404, 410 -> socket.end(Goodbye.ACTOR_DESTROYED);
            default -> tryAgain();
        }
    }

    private void tryAgain() {
        socket.letInAgain();
        Long wanted = wantedSince;
        if (!socket.hasToTell()) {
            wantedSince = null; // it was there by itself, and will be again
        } else if (wanted != null && lane.now() - wanted > lane.times().hold().toNanos()) {
            socket.end(Goodbye.ACTOR_NOT_BACK);
        } else if (!again) {
            again = true;
            var _ = lane.later(this::again, PAUSE);
        }
    }

    private void again() {
        again = false;
        want();
    }

    Channel client() {
        return socket.client();
    }

    void sweep(long now) {
        if (resumption != null) {
            resumption.sweep(now);
        }
    }

    /** Nobody waits any more. */
    void abandon() {
        if (resumption != null) {
            resumption.abandon();
            resumption = null;
        }
    }
}
