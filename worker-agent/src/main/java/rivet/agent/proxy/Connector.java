package rivet.agent.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.hop.Dialling;
import rivet.agent.proxy.hop.HopSettings;
import rivet.agent.proxy.hop.HopTls;

/** Opens the connections of one lane: to actors here, and to other agents' proxies, which are asked first who they are. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as an inactive channel
final class Connector {

    private final ProxySettings settings;
    private final Bootstrap bootstrap;
    private final Map<Line.Hop, HopDials> dials = new HashMap<>();

    Connector(Lane lane) {
        this.settings = lane.settings();
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
                .option(ChannelOption.AUTO_CLOSE, false);
    }

    /** @param opened gets the connection once, or null where there is none to be had; then it adds its handlers */
    void open(Line line, Consumer<@Nullable Channel> opened) {
        open(line, () -> true, opened);
    }

    /** @param wanted asked where it has to wait for its turn; if no more, nothing is opened and nothing told */
    void open(Line line, BooleanSupplier wanted, Consumer<@Nullable Channel> opened) {
        switch (line) {
            case Line.Here here -> connect(here, _ -> {}, channel -> opened.accept(channel));
            case Line.Hop hop -> dials(hop).open(wanted, opened);
        }
    }

    private HopDials dials(Line.Hop hop) {
        return dials.computeIfAbsent(hop, to -> new HopDials(opened -> dial(to, HopSettings.CONNECT, opened)));
    }

    /** Forgets agents that nobody dials. */
    void sweep() {
        dials.values().removeIf(HopDials::isIdle);
    }

    /**
     * At once, whoever waits for his turn.
     *
     * @param proof how long another agent may take to prove that it is the one
     */
    void dial(Line.Hop hop, Duration proof, Consumer<@Nullable Channel> opened) {
        settings.hop().ifPresentOrElse(by -> dial(hop, by, proof, opened), () -> opened.accept(null));
    }

    private void dial(Line.Hop hop, HopSettings by, Duration proof, Consumer<@Nullable Channel> opened) {
        connect(
                hop,
                channel -> {
                    if (by.encrypts(hop.address().getAddress())) {
                        HopTls.dial(channel);
                    }
                    channel.pipeline().addLast(new Dialling(by.key(), hop.owner(), proof, opened));
                },
                channel -> {
                    if (channel == null) {
                        opened.accept(null);
                    }
                });
    }

    private void connect(Line line, Consumer<Channel> prepare, Consumer<@Nullable Channel> connected) {
        bootstrap
                .clone()
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        prepare.accept(channel);
                    }
                })
                .connect(line.address())
                .addListener((ChannelFuture done) -> connected.accept(done.isSuccess() ? done.channel() : null));
    }
}
