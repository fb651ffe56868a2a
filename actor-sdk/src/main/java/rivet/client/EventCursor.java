package rivet.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows the timeline of one actor over server-sent events. A connection that ends before the actor did is made again from
 * the last event on.
 */
final class EventCursor implements Feed.Cursor<ActorEvent> {

    /** A connection of which nothing is heard for so long, not even a comment, is taken for dead. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(5);

    /** Read ahead of who takes them; then the reader, and with it the server, waits. */
    private static final int LINES_AHEAD = 64;

    private final Transport transport;
    private final Call call;
    private final Cancellation cancellation = new Cancellation();
    private volatile @Nullable Lines lines;
    private @Nullable String lastId;
    private boolean actorEnded;
    private int failures;

    EventCursor(Transport transport, String actor) {
        this.transport = transport;
        this.call = Call.get("/actors/" + Transport.encode(Checks.id(actor)) + "/events");
    }

    @Override
    public Optional<ActorEvent> next() {
        try {
            while (!actorEnded && !cancellation.isCancelled()) {
                var event = attempt();
                if (event.isPresent()) {
                    failures = 0;
                    actorEnded = event.get().state() == ActorState.DESTROYED;
                    return event;
                }
            }
        } catch (CancellationException e) {
            if (!cancellation.isCancelled()) {
                throw e;
            }
        }
        close();
        return Optional.empty();
    }

    @Override
    public void close() {
        cancellation.cancel();
        disconnect();
    }

    /** @return empty if the connection was lost and it is worth another */
    private Optional<ActorEvent> attempt() {
        try {
            var open = lines;
            if (open == null) {
                open = new Lines(transport, call, lastId, cancellation);
                lines = open;
                // Who closed just before did not see it.
                if (cancellation.isCancelled()) {
                    throw new CancellationException("closed");
                }
            }
            var event = read(open);
            if (event.isPresent()) {
                return event;
            }
            throw new RivetException.Unavailable(
                    RivetException.Failure.ofClient("CLIENT_UNREACHABLE", "the event stream was cut"), null, null);
        } catch (RivetException.Unavailable | RivetException.RateLimited | RivetException.TimedOut e) {
            disconnect();
            failures++;
            var pause = transport.settings().retryPolicy().pauseAfter(failures, e);
            transport.pause(pause.orElseThrow(() -> e), cancellation);
            return Optional.empty();
        }
    }

    /** Up to the blank line that ends an event; other fields, and events without data, are passed over. */
    private Optional<ActorEvent> read(Lines from) {
        var data = new StringBuilder();
        for (var line = from.next(); line.isPresent(); line = from.next()) {
            var text = line.get();
            if (text.isEmpty() && !data.isEmpty()) {
                return Optional.of(event(data.toString()));
            }
            if (field(text).equals("data")) {
                data.append(data.isEmpty() ? "" : "\n").append(value(text));
            }
        }
        return Optional.empty();
    }

    private ActorEvent event(String data) {
        try {
            var event = Json.read(data, ActorEvent.class);
            lastId = event.id();
            return event;
        } catch (Json.Unreadable e) {
            var message = "an event could not be understood: " + e.getMessage();
            throw new RivetException.ServerFault(RivetException.Failure.ofClient("CLIENT_BAD_ANSWER", message), e);
        }
    }

    private static String field(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? line : line.substring(0, colon);
    }

    private static String value(String line) {
        var value = line.substring(Math.min(line.length(), field(line).length() + 1));
        return value.startsWith(" ") ? value.substring(1) : value;
    }

    private void disconnect() {
        var open = lines;
        if (open != null) {
            open.close();
            lines = null;
        }
    }

    /** The lines of one connection, read by a thread of its own so that waiting for one has a bound and can be ended. */
    private static final class Lines implements AutoCloseable {

        private final BlockingQueue<Optional<String>> queue = new ArrayBlockingQueue<>(LINES_AHEAD);
        private final BufferedReader reader;
        private final Thread thread;
        private final Cancellation cancellation;

        Lines(Transport transport, Call call, @Nullable String lastId, Cancellation cancellation) {
            var body = transport.open(call, lastId, cancellation).body();
            this.reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            this.cancellation = cancellation;
            this.thread = Thread.ofVirtual().name("rivet-events").start(this::run);
        }

        /** @return empty when the connection is over */
        Optional<String> next() {
            try {
                var line = queue.poll(LONGEST_SILENCE.toNanos(), TimeUnit.NANOSECONDS);
                if (cancellation.isCancelled()) {
                    throw new CancellationException("closed");
                }
                return line == null ? Optional.empty() : line;
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new CancellationException("the thread was interrupted");
            }
        }

        private void run() {
            try (reader) {
                for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                    queue.put(Optional.of(line));
                }
            } catch (IOException _) {
                // Whoever reads learns that it is over, and connects again.
            } catch (InterruptedException _) {
                return;
            }
            end();
        }

        private void end() {
            try {
                queue.put(Optional.empty());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            thread.interrupt();
            queue.clear();
            queue.offer(Optional.empty());
        }
    }
}
