package rivet.agent.proxy;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request can be sent again, and how often it was after an actor may have seen it. It may be what the actor died of, so it goes to one more
 * generation at most. One that dies can take connections for a moment longer, and so the same generation may lose it twice.
 */
final class Repeats {

    private static final int MOST = 2;

    /** Longer than a process takes to end once some of its connections have. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private int many;
    private @Nullable Long lostBy;
    private boolean bodySent;
    /** Made when a part of a body is first kept. */
    private @Nullable Replay replay;

    /** A part of the body. @param keep whether it may have to be sent again */
    void sent(ByteBuf part, boolean keep) {
        bodySent = true;
        if (keep) {
            replay = replay == null ? new Replay() : replay;
            replay.keep(part);
        }
    }

    /** Whether all that was sent is here. */
    boolean whole() {
        return replay == null ? !bodySent : replay.whole();
    }

    void sendTo(ActorHandler next) {
        if (replay != null) {
            replay.sendTo(next);
        }
    }

    /** It will not be sent again. */
    void drop() {
        if (replay != null) {
            replay.drop();
            replay = null;
        }
    }

    /** @param lost by whom it was lost now */
    boolean another(Target lost) {
        return many < MOST && (lostBy == null || lostBy == lost.generation());
    }

    /** @return how long to wait before it */
    Duration next(Target lost) {
        lostBy = lost.generation();
        return many++ == 0 ? Duration.ZERO : PAUSE;
    }

    boolean any() {
        return many > 0;
    }
}
