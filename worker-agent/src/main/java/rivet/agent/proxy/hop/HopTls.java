package rivet.agent.proxy.hop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Encrypts connections between agents. Each agent makes a certificate for itself at its start, and nobody vouches for it. That it
 * is the owner's, and of nobody in between, is part of what both ends prove afterwards: see {@link HopKey#proof}. Thread-safe.
 */
public final class HopTls {

    static final byte[] NONE = {};

    private static final String PROTOCOL = "TLSv1.3";
    private static final X500Principal NAME = new X500Principal("CN=rivet agent");

    private final SslContext accepting;
    private final byte[] fingerprint;

    /** Made when the first connection is dialled that needs it. */
    private static final class Dialling {
        private static final SslContext CONTEXT = context();

        private static SslContext context() {
            try {
                return SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols(PROTOCOL)
                        .trustManager(InsecureTrustManagerFactory.INSTANCE) // whom to trust is found out inside
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private HopTls(KeyPair keys, X509Certificate certificate) throws IOException, GeneralSecurityException {
        this.accepting = SslContextBuilder.forServer(keys.getPrivate(), certificate)
                .sslProvider(SslProvider.JDK)
                .protocols(PROTOCOL)
                .build();
        this.fingerprint = fingerprint(certificate);
    }

    /** With a key that nobody else has, and that is gone with the process. */
    public static HopTls create() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var keys = generator.generateKeyPair();
            return new HopTls(keys, certificate(keys));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e); // each Java has them
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nobody looks at its dates either. */
    private static X509Certificate certificate(KeyPair keys)
            throws GeneralSecurityException, OperatorCreationException {
        var builder = new JcaX509v3CertificateBuilder(
                NAME,
                BigInteger.ONE,
                Date.from(Instant.EPOCH),
                Date.from(Instant.EPOCH.plus(Duration.ofDays(36_500))),
                NAME,
                keys.getPublic());
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static byte[] fingerprint(Certificate certificate) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    }

    byte[] fingerprint() {
        return fingerprint;
    }

    /** What comes on a new connection is TLS. */
    public void accept(Channel channel) {
        add(channel, accepting);
    }

    /** Likewise on one that we open. */
    public static void dial(Channel channel) {
        add(channel, Dialling.CONTEXT);
    }

    private static void add(Channel channel, SslContext context) {
        channel.pipeline().addLast(context.newHandler(channel.alloc())).addLast(new Finished());
    }

    /** Of the certificate that the other end has shown. */
    static byte[] shownOn(Channel channel) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler == null) {
            return NONE;
        }
        try {
            return fingerprint(handler.engine().getSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e); // what is read came after the handshake
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Who has said in TLS that he has finished means by it what he would have by finishing without. */
    private static final class Finished extends ChannelInboundHandlerAdapter {

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (!(event instanceof SslCloseCompletionEvent closed) || !closed.isSuccess()) {
                ctx.fireUserEventTriggered(event);
            } else if (Boolean.TRUE.equals(ctx.channel().config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
                ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            } else {
                var _ = ctx.close();
            }
        }
    }
}
