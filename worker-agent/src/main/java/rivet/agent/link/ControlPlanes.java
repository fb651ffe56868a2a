package rivet.agent.link;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Which of the control planes is spoken with: one for as long as it answers, then the next. Thread-safe. */
final class ControlPlanes {

    private final List<URI> all;
    private final AtomicInteger at;

    /** @param chance from 0 to 1: which is the first, so that agents spread */
    ControlPlanes(List<URI> all, double chance) {
        this.all = all;
        this.at = new AtomicInteger((int) (chance * all.size()) % all.size());
    }

    URI current() {
        return all.get(at.get());
    }

    List<URI> all() {
        return all;
    }

    /** Of one that is not spoken with any more it changes nothing. */
    void failed(URI controlPlane) {
        int now = at.get();
        if (all.get(now).equals(controlPlane)) {
            at.compareAndSet(now, (now + 1) % all.size());
        }
    }
}
