package rivet.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Follows what one actor prints, request after request, each held by the server until there is something. */
final class LogCursor implements Feed.Cursor<LogLine> {

    /** How long a request is held here, whatever the server does, before it is asked whether the actor still lives. */
    private static final Duration HOLD = Duration.ofSeconds(10);

    /** A destroyed actor's last lines may still be on their way. */
    private static final Duration LAST_HOLD = Duration.ofSeconds(3);

    private static final Duration BETWEEN_EMPTY_ANSWERS = Duration.ofMillis(250);

    private final Transport transport;
    private final String actor;
    private final Cancellation cancellation = new Cancellation();
    private final Queue<LogLine> lines = new ArrayDeque<>();
    private @Nullable String index;
    private boolean actorEnded;

    LogCursor(Transport transport, String actor) {
        this.transport = transport;
        this.actor = actor;
    }

    /** Parallel lists, as they come over the wire, oldest first. */
    record Answer(
            List<String> actorIds,
            List<String> lines,
            List<Instant> timestamps,
            List<Integer> streams,
            List<Integer> actorIndices,
            @Nullable Watch watch) {

        Answer {
            actorIds = Answers.orEmpty(actorIds);
            lines = Answers.orEmpty(lines);
            timestamps = Answers.orEmpty(timestamps);
            streams = Answers.orEmpty(streams);
            actorIndices = Answers.orEmpty(actorIndices);
        }

        List<LogLine> all() {
            return IntStream.range(0, lines.size()).mapToObj(this::line).toList();
        }

        private LogLine line(int i) {
            var text = new String(Base64.getDecoder().decode(lines.get(i)), StandardCharsets.UTF_8);
            var stream = streams.get(i) == 0 ? LogStream.STDOUT : LogStream.STDERR;
            return new LogLine(actorIds.get(actorIndices.get(i)), timestamps.get(i), stream, text);
        }
    }

    record Watch(String index) {}

    static Call call(String actor, @Nullable String index) {
        return Call.get("/actors/logs")
                .with("stream", "all")
                .with("actor_ids_json", Json.text(List.of(Checks.id(actor))))
                .with("watch_index", index);
    }

    @Override
    public Optional<LogLine> next() {
        try {
            while (lines.isEmpty() && !cancellation.isCancelled()) {
                if (!fetch() && !mayHaveMore()) {
                    return Optional.empty();
                }
            }
            return cancellation.isCancelled() ? Optional.empty() : Optional.ofNullable(lines.poll());
        } catch (CancellationException e) {
            if (cancellation.isCancelled()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        cancellation.cancel();
    }

    /** @return whether there was something */
    private boolean fetch() {
        boolean first = index == null;
        try {
            var hold = actorEnded ? LAST_HOLD : HOLD;
            var timeout = first ? transport.settings().callTimeout() : hold;
            var answer = transport.send(call(actor, index), Answer.class, timeout, cancellation);
            lines.addAll(answer.all());
            index = answer.watch() == null ? index : answer.watch().index();
        } catch (RivetException.TimedOut e) {
            if (first) {
                throw e;
            }
        }
        return !lines.isEmpty();
    }

    /** After an answer without lines. An actor that had ended before it was asked will say nothing more. */
    private boolean mayHaveMore() {
        if (actorEnded) {
            return false;
        }
        var now = transport.send(
                Call.get("/actors/" + Transport.encode(actor)),
                Actors.One.class,
                transport.settings().callTimeout(),
                cancellation);
        actorEnded = now.actor().state() == ActorState.DESTROYED;
        // A server that does not hold requests is not to be asked without a break.
        transport.pause(BETWEEN_EMPTY_ANSWERS, cancellation);
        return true;
    }
}
