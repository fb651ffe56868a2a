package rivet.agent.proxy.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundInvoker;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Mapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends TLS on connections of clients, with the certificates that are in the folder now. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // the pass reports its own failure
public final class Tls implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Tls.class);

    private static final int MAX_HELLO_BYTES = 64 * 1024;

    private final TlsSettings settings;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
    private volatile Certificates certificates;
    private Map<String, String> state;

    /** What a client speaks inside. */
    public enum Spoken {
        HTTP_1,
        HTTP_2
    }

    /** @throws UncheckedIOException where the folder holds nothing to begin with */
    public static Tls start(TlsSettings settings) {
        try {
            Tls tls = new Tls(settings);
            long every = settings.look().toMillis();
            tls.timer.scheduleWithFixedDelay(tls::pass, every, every, TimeUnit.MILLISECONDS);
            return tls;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private Tls(TlsSettings settings) throws IOException, GeneralSecurityException {
        this.settings = settings;
        this.state = Certificates.state(settings.certificates());
        this.certificates = Certificates.read(settings.certificates());
    }

    /** A folder that makes no sense, as in the middle of a change, leaves what was read before in use. */
    private void pass() {
        try {
            Map<String, String> now = Certificates.state(settings.certificates());
            if (!now.equals(state)) {
                state = now;
                certificates = Certificates.read(settings.certificates());
                log.atInfo().addKeyValue("folder", settings.certificates()).log("certificates were read again");
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            log.atWarn()
                    .addKeyValue("folder", settings.certificates())
                    .setCause(e)
                    .log("certificates could not be read; those read before stay in use");
        }
    }

    /** Makes a new connection one of TLS; once it is, {@code opened} is told what is spoken inside. */
    public void serve(Channel channel, BiConsumer<Channel, Spoken> opened) {
        serve(channel, name -> certificates.of(name), opened);
    }

    /** Likewise; {@code opened} is told the name that the client asks for, which is empty where it asks for none. */
    public void serveByName(Channel channel, BiConsumer<Channel, String> opened) {
        AtomicReference<String> asked = new AtomicReference<>("");
        Mapping<String, SslContext> byName = name -> {
            asked.set(name == null ? "" : name);
            return certificates.of(name);
        };
        serve(channel, byName, (client, _) -> opened.accept(client, asked.get()));
    }

    private static void serve(Channel channel, Mapping<String, SslContext> byName, BiConsumer<Channel, Spoken> opened) {
        channel.pipeline()
                .addLast(new SniHandler(byName, MAX_HELLO_BYTES, TlsSettings.HANDSHAKE.toMillis()))
                .addLast(new Negotiation(opened));
    }

    private static final class Negotiation extends ApplicationProtocolNegotiationHandler {

        private final BiConsumer<Channel, Spoken> opened;

        Negotiation(BiConsumer<Channel, Spoken> opened) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.opened = opened;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            opened.accept(
                    ctx.channel(), protocol.equals(ApplicationProtocolNames.HTTP_2) ? Spoken.HTTP_2 : Spoken.HTTP_1);
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        /** Strangers send anything to a port; that is no news. */
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** From where what was read already is handed on again: as it was, behind TLS if there is any. */
    public static ChannelInboundInvoker inside(Channel channel) {
        ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
        return tls == null ? channel.pipeline() : tls;
    }

    /** Whether this connection, or the one that this stream is on, came by TLS. */
    public static boolean on(Channel channel) {
        return secured(channel.pipeline())
                || (channel.parent() != null && secured(channel.parent().pipeline()));
    }

    private static boolean secured(ChannelPipeline pipeline) {
        return pipeline.get(SslHandler.class) != null;
    }

    /** Says that nothing more comes from us, in TLS's own words; false where there is no TLS. */
    public static boolean finish(Channel channel) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler != null) {
            handler.closeOutbound();
        }
        return handler != null;
    }

    public int port() {
        return settings.port();
    }

    /** Where connections for TCP ports come that say whom they want. */
    public Optional<Integer> tcpPort() {
        return settings.tcpPort();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
