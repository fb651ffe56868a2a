package rivet.agent.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connections of one lane to actors: those that wait for a request, and new ones. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class ActorPool {

    private final Lane lane;
    private final Bootstrap bootstrap;
    /** The one used last is used next, so that the rest may grow old. */
    private final Map<Target, Deque<ActorHandler>> idle = new HashMap<>();

    private final Map<Target, ActorStreams> streams = new HashMap<>();

    ActorPool(Lane lane) {
        this.lane = lane;
        ProxySettings settings = lane.settings();
        this.bootstrap = new Bootstrap()
                .group(lane.loop())
                .channel(settings.transport().connecting())
                .disableResolver()
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.times().connect().toMillis())
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(
                                settings.limits().lowWater(), settings.limits().highWater()))
                // An actor may answer and close before it has read the whole body: the answer must still be read.
                .option(ChannelOption.AUTO_CLOSE, false)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ActorHandler(lane, channel));
                    }
                });
    }

    @Nullable
    ActorHandler take(Target target) {
        Deque<ActorHandler> waiting = idle.get(target);
        while (waiting != null && !waiting.isEmpty()) {
            ActorHandler handler = waiting.pop();
            if (handler.alive()) {
                return handler;
            }
        }
        return null;
    }

    void give(Target target, ActorHandler handler) {
        Deque<ActorHandler> waiting = idle.computeIfAbsent(target, _ -> new ArrayDeque<>());
        boolean full = waiting.size() >= lane.settings().limits().maxIdlePerPort();
        if (full || lane.draining()) {
            handler.close();
            return;
        }
        handler.rest(lane.now());
        waiting.push(handler);
    }

    void connect(Target target, Exchange exchange) {
        if (exchange.head().grpc()) {
            streams.computeIfAbsent(target, _ -> new ActorStreams(lane, target, bootstrap))
                    .open(exchange);
            return;
        }
        bootstrap.connect(target.address()).addListener((ChannelFuture connected) -> {
            ActorHandler handler = connected.channel().pipeline().get(ActorHandler.class);
            if (connected.isSuccess() && handler != null) {
                exchange.connected(handler, target);
            } else {
                exchange.unreachable();
            }
        });
    }

    void drop(Collection<Target> targets) {
        for (Target target : targets) {
            Deque<ActorHandler> waiting = idle.remove(target);
            if (waiting != null) {
                waiting.forEach(ActorHandler::close);
            }
            ActorStreams open = streams.remove(target);
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
        long keep = lane.times().upstreamIdle().toNanos();
        streams.values().removeIf(open -> open.sweep(now, keep));
        idle.values().removeIf(waiting -> {
            while (!waiting.isEmpty() && waiting.getLast().tired(now, keep)) {
                waiting.removeLast().close();
            }
            return waiting.isEmpty();
        });
    }
}
