package rivet.actor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods, as calls, and the thread that asks what is due. */
final class AlarmClient implements Alarms {

    /** A timer of ours and the database's clock do not go alike. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final UnaryOperator<byte[]> agent;
    private final System.Logger log;
    private final AtomicReference<@Nullable Handling> handling = new AtomicReference<>();

    /** Whether an alarm may be set that nobody here knows of. */
    private volatile boolean uncertain;

    AlarmClient(UnaryOperator<byte[]> agent, System.Logger log) {
        this.agent = agent;
        this.log = log;
    }

    @Override
    public Instant set(Alarm alarm) {
        var written = change(AlarmCodec.set(alarm));
        return Instant.ofEpochMilli(written.sums().getFirst());
    }

    @Override
    public List<Next> list() {
        return AlarmCodec.listed(agent.apply(AlarmCodec.list()));
    }

    @Override
    public boolean delete(String name) {
        var written = change(AlarmCodec.delete(name));
        return written.sums().getFirst() == 1;
    }

    @Override
    public Registration on(Handler handler) {
        var one = new Handling(handler);
        if (!handling.compareAndSet(null, one)) {
            throw new IllegalStateException("handler: there is one already (expected: one for all alarms)");
        }
        Thread.ofVirtual().name("rivet-alarms").start(one::run);
        return one;
    }

    /** What is not confirmed may be done all the same, now or later; what comes after it and is confirmed ends that. */
    private KvCodec.Written change(byte[] request) {
        try {
            var written = KvCodec.written(agent.apply(request));
            uncertain = false;
            return written;
        } catch (KvException e) {
            uncertain |= e.code() == KvException.Code.UNAVAILABLE;
            throw e;
        } finally {
            changed();
        }
    }

    private void changed() {
        var one = handling.get();
        if (one != null) {
            one.changes.release();
        }
    }

    private final class Handling implements Registration {

        private final Handler handler;
        private final Semaphore changes = new Semaphore(0);
        private volatile boolean closed;

        Handling(Handler handler) {
            this.handler = handler;
        }

        @Override
        public void close() {
            closed = true;
            handling.compareAndSet(this, null);
            changes.release();
        }

        void run() {
            var pause = FIRST_PAUSE;
            try {
                while (!closed) {
                    try {
                        step(pause);
                        pause = uncertain ? doubled(pause) : FIRST_PAUSE;
                    } catch (KvException e) {
                        if (e.code() != KvException.Code.UNAVAILABLE) {
                            throw e;
                        }
                        rest(pause);
                        pause = doubled(pause);
                    }
                }
            } catch (KvException e) {
                log.log(System.Logger.Level.WARNING, "this start of the actor hears of alarms no more", e);
                close();
            } catch (InterruptedException _) {
                close();
            }
        }

        /** @param atMost the longest rest where it is not certain what is set */
        private void step(Duration atMost) throws InterruptedException {
            changes.drainPermits(); // before it is asked: what is set meanwhile must not be slept over
            switch (AlarmCodec.told(agent.apply(AlarmCodec.next()))) {
                case AlarmCodec.Told.Fired(var alarm) ->
                    say(isHandled(alarm) ? AlarmCodec.done(alarm) : AlarmCodec.failed(alarm));
                case AlarmCodec.Told.NotDue _ when uncertain -> rest(atMost);
                case AlarmCodec.Told.NotDue(var waitMs) when waitMs < 0 -> changes.acquire();
                case AlarmCodec.Told.NotDue(var waitMs) -> rest(Duration.ofMillis(waitMs));
            }
        }

        private boolean isHandled(FiredAlarm alarm) {
            if (closed) {
                return false;
            }
            try {
                handler.fired(alarm);
                return true;
            } catch (Exception | LinkageError | AssertionError e) {
                log.log(System.Logger.Level.ERROR, "the alarm " + alarm + " was not handled and comes again", e);
                return false;
            }
        }

        /** Until it is heard: else what was handled would come again. */
        private void say(byte[] what) throws InterruptedException {
            for (var pause = FIRST_PAUSE; ; pause = doubled(pause)) {
                try {
                    var _ = change(what);
                    return;
                } catch (KvException e) {
                    if (e.code() != KvException.Code.UNAVAILABLE) {
                        throw e;
                    }
                }
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            }
        }

        private void rest(Duration time) throws InterruptedException {
            long ms = Math.min(time.toMillis(), LONGEST_REST.toMillis());
            var _ = changes.tryAcquire(ms, TimeUnit.MILLISECONDS);
        }

        private static Duration doubled(Duration pause) {
            var twice = pause.multipliedBy(2);
            return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
        }
    }
}
