package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.GAME;
import static rivet.agent.proxy.ProxyUnderTest.get;
import static rivet.agent.proxy.ProxyUnderTest.path;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import rivet.agent.proxy.IngressCounters.What;
import rivet.agent.proxy.tls.TlsSettings;
import rivet.protocol.PortProtocol;

class TlsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String UPGRADE =
            "GET " + path("/ws") + " HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

    @TempDir
    Path folder;

    private X509Bundle authority;
    private RawActor actor;
    private ProxyUnderTest proxy;

    @BeforeEach
    void start() throws Exception {
        authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        certificate("default", "localhost");
        certificate("shop", "*.shop.example");
        certificate("www", "www.shop.example");
        actor = RawActor.answering(OK);
        proxy = ProxyUnderTest.start(settings -> settings.withTls(Optional.of(
                        new TlsSettings(0, folder).withTcpPort(Optional.of(0)).withLook(Duration.ofMillis(50)))))
                .ready(actor);
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        actor.close();
    }

    private static SSLContext trusting(X509Certificate authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** The builder that signs the authority takes no wildcards. */
    private X509Certificate certificate(String file, String name) throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
        var builder = new JcaX509v3CertificateBuilder(
                authority.getCertificate().getSubjectX500Principal(),
                new BigInteger(64, new SecureRandom()),
                authority.getCertificate().getNotBefore(),
                authority.getCertificate().getNotAfter(),
                new X500Principal("CN=" + file),
                keys.getPublic());
        builder.addExtension(
                Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
        var signer = new JcaContentSignerBuilder("SHA256withECDSA")
                .build(authority.getKeyPair().getPrivate());
        var certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        X509Bundle bundle =
                X509Bundle.fromCertificatePath(new X509Certificate[] {certificate}, authority.getCertificate(), keys);
        Files.writeString(folder.resolve(file + ".key"), bundle.getPrivateKeyPEM());
        Files.writeString(folder.resolve(file + ".crt"), bundle.getCertificatePathPEM());
        return certificate;
    }

    private InetSocketAddress address() {
        return proxy.proxy().tlsAddress().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpClient.Version.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void clients_agree_with_us_on_what_is_spoken_inside(HttpClient.Version version) throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(trusting(authority.getCertificate()))
                .build()) {
            URI uri = URI.create("https://localhost:%d%s".formatted(address().getPort(), path("/")));
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(uri).version(version).build(), HttpResponse.BodyHandlers.ofString());

                assertThat(answer.version()).isEqualTo(version);
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(actor.heads().getLast()).contains("\r\nx-forwarded-proto: https\r\n");
            }
        }
    }

    /** With no memory of earlier sessions. */
    private SSLSocket connect(String name) throws Exception {
        return connect(name, address());
    }

    private SSLSocket connect(String name, InetSocketAddress to) throws Exception {
        SSLSocket socket = (SSLSocket)
                trusting(authority.getCertificate()).getSocketFactory().createSocket("127.0.0.1", to.getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    private X509Certificate shown(String name) throws Exception {
        return shown(name, address());
    }

    private X509Certificate shown(String name, InetSocketAddress by) throws Exception {
        try (SSLSocket socket = connect(name, by)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, default",
        "www.shop.example, www",
        "WWW.Shop.Example, www",
        "api.shop.example, shop",
        "a.b.shop.example, default",
        "elsewhere.example, default",
    })
    void each_name_is_shown_its_certificate(String name, String certificate) throws Exception {
        assertThat(shown(name).getSubjectX500Principal().getName()).isEqualTo("CN=" + certificate);
    }

    @Test
    void a_new_certificate_is_shown_without_a_restart_and_open_connections_stay() throws Exception {
        try (RawConnection before = new RawConnection(connect("localhost"))) {
            assertThat(before.send(get("/")).answer().body()).isEqualTo("ok");
            X509Certificate renewed = certificate("default", "localhost");

            Awaitility.await().until(() -> shown("localhost").equals(renewed));
            assertThat(before.send(get("/")).answer().body()).isEqualTo("ok");
        }
    }

    @Test
    void a_broken_file_leaves_the_certificates_in_use() throws Exception {
        X509Certificate first = shown("localhost");
        Files.writeString(folder.resolve("default.crt"), "nonsense");
        X509Certificate other = certificate("other", "other.example");
        assertThat(shown("localhost")).isEqualTo(first);

        certificate("default", "localhost");
        Awaitility.await().until(() -> shown("other.example").equals(other));
        assertThat(shown("localhost")).isNotEqualTo(first);
    }

    @Test
    void a_changed_protocol_ends_as_its_speakers_do() throws Exception {
        try (RawActor echo = RawActor.serving(connection -> {
            connection.readHead();
            connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
            connection.send(connection.read(5));
        })) {
            proxy.ready(echo.port());
            try (RawConnection client = new RawConnection(connect("localhost"))) {
                client.send(UPGRADE);
                assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
                assertThat(client.send("hello").readAll()).isEqualTo("hello");
            }
        }
    }

    @Test
    void tls_ends_before_a_tcp_port_which_has_the_certificates_and_both_directions_of_the_rest() throws Exception {
        try (RawActor echo = RawActor.serving(EchoScript::serve)) {
            proxy.game(1, ActorRoute.Status.STARTING, PortKind.TCP, 0);
            InetSocketAddress number = proxy.listenFor(PortProtocol.TCP_TLS);
            try (SSLSocket socket = connect("api.shop.example", number);
                    RawConnection client = new RawConnection(socket)) {
                socket.startHandshake();
                assertThat(((X509Certificate) socket.getSession().getPeerCertificates()[0])
                                .getSubjectX500Principal()
                                .getName())
                        .isEqualTo("CN=shop");
                client.send("early");

                proxy.game(1, ActorRoute.Status.READY, PortKind.TCP, echo.port());

                assertThat(client.read(5)).isEqualTo("early");
                EchoScript.exchange(client, 16);
            }
            X509Certificate renewed = certificate("shop", "*.shop.example");
            Awaitility.await().until(() -> shown("api.shop.example", number).equals(renewed));
        }
    }

    private InetSocketAddress tcpAddress() {
        return proxy.proxy().tcpAddress().orElseThrow();
    }

    @Test
    void tcp_ports_are_told_apart_at_one_port_by_the_name_that_the_client_asks_for() throws Exception {
        String name = ACTOR + "-" + GAME + ".localhost";
        certificate("tcp", "*.localhost");
        try (RawActor echo = RawActor.serving(EchoScript::serve)) {
            proxy.game(1, ActorRoute.Status.STARTING, PortKind.TCP, 0);
            Awaitility.await().until(() -> shown(name).getSubjectX500Principal().getName(), "CN=tcp"::equals);
            try (RawConnection client = new RawConnection(connect(name.toUpperCase(Locale.ROOT), tcpAddress()))) {
                client.send("early");
                Awaitility.await().until(() -> proxy.proxy().heldRequests() == 1);
                proxy.game(1, ActorRoute.Status.READY, PortKind.TCP, echo.port());

                assertThat(client.read(5)).isEqualTo("early");
                EchoScript.exchange(client, 4);
            }
            assertThat(proxy.counted(What.CONNECTION, IngressCounters.CARRIED)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, no_route",
        "0f9c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f-game.elsewhere.example, no_route",
        "0f9c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f-other.localhost, port_not_found",
        "0f9c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e20-game.localhost, actor_not_found",
    })
    void a_name_that_leads_to_no_tcp_port_leads_nowhere(String name, String cause) throws Exception {
        proxy.game(1, ActorRoute.Status.READY, PortKind.TCP, actor.port());
        try (RawConnection client = new RawConnection(connect(name, tcpAddress()))) {
            assertThat(client.ended()).isTrue();
            assertThat(proxy.counted(What.CONNECTION, cause)).isEqualTo(1);
            assertThat(actor.accepted()).isZero();
        }
    }

    @Test
    void what_is_not_tls_is_closed() throws IOException {
        try (RawConnection client = RawConnection.to(address())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThatThrownBy(client::readHead)
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void the_plain_port_stays_plain() throws IOException {
        try (RawConnection client = proxy.connect()) {
            assertThat(client.send(get("/")).answer().body()).isEqualTo("ok");
            assertThat(actor.heads().getLast()).contains("\r\nx-forwarded-proto: http\r\n");
        }
    }

    @Test
    void nothing_to_begin_with_is_said(@TempDir Path empty) {
        assertThatThrownBy(() ->
                        ProxyUnderTest.start(settings -> settings.withTls(Optional.of(new TlsSettings(0, empty)))))
                .hasMessageContaining("expected: name.crt and name.key");
    }
}
