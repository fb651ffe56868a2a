package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.TwoProxies.OWNER;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** What somebody on the network between two agents sees and can do. */
class HopTlsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";

    /** Somebody between two agents, who hands on what both say, and keeps it. */
    private static final class Between implements Closeable {

        private final ServerSocket server;
        private final SocketFactory onward;
        private final InetSocketAddress to;
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final List<Socket> open = new CopyOnWriteArrayList<>();

        private Between(ServerSocket server, SocketFactory onward, InetSocketAddress to) {
            this.server = server;
            this.onward = onward;
            this.to = to;
            Thread.ofVirtual().start(this::accept);
        }

        static Between listening(InetSocketAddress to) throws IOException {
            var server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
            return new Between(server, SocketFactory.getDefault(), to);
        }

        /** He speaks TLS with both, to each with a certificate of his own. */
        static Between posing(InetSocketAddress to) throws Exception {
            X509Bundle own = new CertificateBuilder()
                    .ecp256()
                    .subject("CN=rivet agent")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(
                    own.toKeyManagerFactory().getKeyManagers(),
                    InsecureTrustManagerFactory.INSTANCE.getTrustManagers(),
                    null);
            var server = tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
            return new Between(server, tls.getSocketFactory(), to);
        }

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        String heard() {
            return String.join("", heard);
        }

        private void accept() {
            while (true) {
                try {
                    Socket near = server.accept();
                    Socket far = onward.createSocket(to.getAddress(), to.getPort());
                    open.addAll(List.of(near, far));
                    Thread.ofVirtual().start(() -> move(near, far));
                    Thread.ofVirtual().start(() -> move(far, near));
                } catch (IOException _) {
                    return; // closed
                }
            }
        }

        private void move(Socket from, Socket into) {
            var bytes = new byte[16 * 1024];
            try (InputStream in = from.getInputStream();
                    OutputStream out = into.getOutputStream()) {
                for (int many = in.read(bytes); many >= 0; many = in.read(bytes)) {
                    heard.add(new String(bytes, 0, many, StandardCharsets.ISO_8859_1));
                    out.write(bytes, 0, many);
                }
            } catch (IOException _) {
                // ended by one of the sides
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private static RawConnection asking(TwoProxies both, Between between) throws IOException {
        return both.runs(OWNER, 1, between.address()).connect();
    }

    @Test
    void who_listens_between_them_reads_nothing() throws Exception {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = TwoProxies.alike(TwoProxies::encrypted);
                Between between = Between.listening(both.owner.hopAddress())) {
            both.owner.ready(actor);
            try (RawConnection client = asking(both, between)) {
                assertThat(client.send(get("/hidden")).answer().body()).isEqualTo("secret");
                assertThat(between.heard()).isNotEmpty().doesNotContain("hidden", "secret", "RIVET HOP");
            }
        }
    }

    @Test
    void what_is_not_encrypted_he_reads() throws Exception {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = TwoProxies.start();
                Between between = Between.listening(both.owner.hopAddress())) {
            both.owner.ready(actor);
            try (RawConnection client = asking(both, between)) {
                assertThat(client.send(get("/hidden")).answer().body()).isEqualTo("secret");
                assertThat(between.heard()).contains("hidden", "secret");
            }
        }
    }

    @Test
    void who_speaks_with_both_in_the_others_name_is_found_out() throws Exception {
        try (RawActor actor = RawActor.answering(OK);
                TwoProxies both = TwoProxies.alike(TwoProxies::encrypted);
                Between between = Between.posing(both.owner.hopAddress())) {
            both.owner.ready(actor);
            try (RawConnection client = asking(both, between)) {
                assertThat(client.send(get("/hidden")).answer().body()).contains("owner_unreachable");
                // He got as far as the proof of the owner, which is of no use to him.
                assertThat(between.heard()).contains("RIVET HOP").doesNotContain("hidden");
                assertThat(actor.accepted()).isZero();
            }
        }
    }

    @Test
    void agents_that_are_set_differently_do_not_fall_back_to_what_can_be_read() throws Exception {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest owner = TwoProxies.another(OWNER, TwoProxies::encrypted);
                TwoProxies both = TwoProxies.start();
                Between between = Between.listening(owner.hopAddress())) {
            owner.ready(actor);
            try (RawConnection client = asking(both, between)) {
                assertThat(client.send(get("/hidden")).answer().body()).contains("owner_unreachable");
                assertThat(between.heard()).doesNotContain("hidden");
            }
        }
    }
}
