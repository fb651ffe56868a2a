package rivet.agent.proxy;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connections of one lane to actors: those that wait for a request, and new ones. */
final class ActorPool {

    /** Other agents keep idle connections longer than that; a new one costs a greeting first. */
    private static final Duration HOP_IDLE = Duration.ofSeconds(60);

    private final Lane lane;
    private final Connector connector;
    private final HopWatch hops;
    /** The one used last is used next, so that the rest may grow old. */
    private final Map<Line, Deque<ActorHandler>> idle = new HashMap<>();

    private final Map<Line, ActorStreams> streams = new HashMap<>();
    /** Requests for a connection to another agent: whichever comes first, a new one or one that has become free. */
    private final Map<Line, Deque<Waiting>> requests = new HashMap<>();

    private record Waiting(Exchange exchange, Target target) {

        boolean wants() {
            return exchange.awaits(target);
        }
    }

    ActorPool(Lane lane) {
        this.lane = lane;
        this.connector = new Connector(lane);
        this.hops = new HopWatch(lane, connector);
    }

    @Nullable
    ActorHandler take(Target target) {
        Deque<ActorHandler> waiting = idle.get(target.line());
        while (waiting != null && !waiting.isEmpty()) {
            ActorHandler handler = waiting.pop();
            if (handler.alive()) {
                return handler;
            }
        }
        return null;
    }

    /**
     * For a request that cannot be sent again: if its other end has closed the connection meanwhile, it would be lost. So
     * the kernel is asked whether it has; and who closes connections without a word, soon after an answer, could do so in
     * the instant after that, and gets a new one.
     */
    @Nullable
    ActorHandler takeForOnce(Target target) {
        if (target.line().closesUnasked()) {
            return null;
        }
        ActorHandler handler = take(target);
        while (handler != null && !handler.openAtBothEnds()) {
            handler.close();
            handler = take(target);
        }
        return handler;
    }

    void give(Target target, ActorHandler handler) {
        Waiting next = nextWaiting(target.line());
        if (next != null) {
            next.exchange().connected(handler, next.target());
        } else {
            keep(target.line(), handler);
        }
    }

    private void keep(Line line, ActorHandler handler) {
        Deque<ActorHandler> waiting = idle.computeIfAbsent(line, _ -> new ArrayDeque<>());
        boolean full = waiting.size() >= lane.settings().limits().maxIdlePerPort();
        if (full || lane.draining()) {
            handler.close();
            return;
        }
        handler.rest(lane.now());
        waiting.push(handler);
    }

    /** Ends in one of {@link Exchange#connected} and {@link Exchange#unreachable}. */
    void connect(Target target, Exchange exchange) {
        if (exchange.head().grpc()) {
            streams.computeIfAbsent(target.line(), line -> new ActorStreams(lane, line, connector))
                    .open(exchange, target);
            return;
        }
        if (hops.isGone(target.line())) {
            exchange.unreachable();
            return;
        }
        if (target.isElsewhere()) {
            await(target.line(), new Waiting(exchange, target));
        } else {
            connector.open(target.line(), channel -> connected(channel, exchange, target));
        }
    }

    private void connected(@Nullable Channel channel, Exchange exchange, Target target) {
        if (channel == null) {
            exchange.unreachable();
        } else {
            exchange.connected(handler(channel), target);
        }
    }

    private ActorHandler handler(Channel channel) {
        ActorHandler handler = new ActorHandler(lane, channel);
        channel.pipeline().addLast(handler);
        return handler;
    }

    private void await(Line line, Waiting request) {
        requests(line).add(request);
        connector.open(line, () -> isAwaited(line), channel -> dialled(line, channel));
    }

    private void dialled(Line line, @Nullable Channel channel) {
        Waiting next = nextWaiting(line);
        if (next != null) {
            connected(channel, next.exchange(), next.target());
        } else if (channel != null) {
            keep(line, handler(channel));
        }
    }

    private @Nullable Waiting nextWaiting(Line line) {
        return isAwaited(line) ? requests(line).remove() : null;
    }

    private boolean isAwaited(Line line) {
        Deque<Waiting> queue = requests(line);
        while (!queue.isEmpty() && !queue.element().wants()) {
            queue.remove();
        }
        if (queue.isEmpty()) {
            requests.remove(line);
        }
        return !queue.isEmpty();
    }

    private Deque<Waiting> requests(Line line) {
        return requests.computeIfAbsent(line, _ -> new ArrayDeque<>());
    }

    /** Opens connections that are kept for nobody else. */
    Connector connector() {
        return connector;
    }

    HopWatch hops() {
        return hops;
    }

    void drop(Collection<Line> lines) {
        for (Line line : lines) {
            Deque<ActorHandler> waiting = idle.remove(line);
            if (waiting != null) {
                waiting.forEach(ActorHandler::close);
            }
            ActorStreams open = streams.remove(line);
            if (open != null) {
                open.close();
            }
        }
    }

    void drain() {
        drop(new ArrayList<>(idle.keySet()));
        drop(new ArrayList<>(streams.keySet()));
    }

    void sweep(long now) {
        hops.sweep(now);
        connector.sweep();
        streams.entrySet().removeIf(open -> open.getValue().sweep(now, keepNanos(open.getKey())));
        idle.entrySet().removeIf(waiting -> closeTired(waiting.getValue(), now, keepNanos(waiting.getKey())));
    }

    private long keepNanos(Line line) {
        return (line instanceof Line.Hop ? HOP_IDLE : lane.times().upstreamIdle()).toNanos();
    }

    /** @return whether none is left */
    private static boolean closeTired(Deque<ActorHandler> waiting, long now, long keepNanos) {
        while (!waiting.isEmpty() && waiting.getLast().tired(now, keepNanos)) {
            waiting.removeLast().close();
        }
        return waiting.isEmpty();
    }
}
