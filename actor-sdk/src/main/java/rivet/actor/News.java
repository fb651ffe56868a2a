package rivet.actor;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What the agent says is to become of this process; asked again and again for as long as somebody listens. */
final class News {

    private static final System.Logger log = System.getLogger(News.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final UnaryOperator<byte[]> agent;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private String newer = "";

    News(UnaryOperator<byte[]> agent) {
        this.agent = agent;
    }

    StopReason whyStopped() {
        try {
            return StopReason.valueOf(ask().stop().toUpperCase(Locale.ROOT));
        } catch (KvException | IllegalArgumentException _) {
            return StopReason.UNKNOWN;
        }
    }

    void onNewer(Consumer<String> listener) {
        lock.lock();
        try {
            listeners.add(listener);
            if (listeners.size() == 1) {
                Thread.ofVirtual().name("rivet-news").start(this::look);
            } else if (!newer.isEmpty()) {
                tell(listener, newer);
            }
        } finally {
            lock.unlock();
        }
    }

    private void look() {
        try {
            while (true) {
                lookOnce();
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookOnce() {
        String now;
        try {
            now = ask().newer();
        } catch (KvException _) {
            return; // the agent is being restarted: later
        }
        lock.lock();
        try {
            if (!now.equals(newer)) {
                newer = now;
                if (!now.isEmpty()) {
                    listeners.forEach(listener -> tell(listener, now));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private KvCodec.Told ask() {
        return KvCodec.told(agent.apply(KvCodec.news()));
    }

    /** On a thread of its own: it may ask for the stop, or wait. */
    private static void tell(Consumer<String> listener, String build) {
        Thread.ofVirtual().name("rivet-upgrade-available").start(() -> {
            try {
                listener.accept(build);
            } catch (RuntimeException e) {
                log.log(System.Logger.Level.ERROR, "a listener for newer builds failed", e);
            }
        });
    }
}
