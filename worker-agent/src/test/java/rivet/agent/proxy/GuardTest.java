package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static rivet.agent.proxy.ProxyUnderTest.ACTOR;
import static rivet.agent.proxy.ProxyUnderTest.path;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.protocol.ActorId;
import rivet.protocol.ConnectionToken;
import rivet.protocol.PortGuard;
import rivet.protocol.Wire;
import rivet.protocol.link.ConnectionKey;

/** Who reaches a guarded port, and what the actor sees of it. */
class GuardTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final PortGuard CONNECTION = new PortGuard.Connection();
    private static final KeyPair PAIR = pair();
    private static final ConnectionKey KEY = new ConnectionKey(
            "k1", Base64.getEncoder().encodeToString(PAIR.getPublic().getEncoded()));
    private static final long LATER = Long.MAX_VALUE;

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String signed(ConnectionToken token) {
        return signed(token, PAIR);
    }

    private static String signed(ConnectionToken token, KeyPair with) {
        var url = Base64.getUrlEncoder().withoutPadding();
        var text = "k1." + url.encodeToString(Wire.JSON.writeValueAsBytes(token));
        try {
            var signature = Signature.getInstance("Ed25519");
            signature.initSign(with.getPrivate());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + url.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConnectionToken token(long expiresAtMs) {
        return new ConnectionToken(
                UUID.randomUUID(), ACTOR, "http", "ann", Map.of("role", "host"), Set.of(), null, false, expiresAtMs);
    }

    private static ProxyUnderTest guarded(RawActor actor, PortGuard guard) {
        ProxyUnderTest proxy = ProxyUnderTest.start().guarded(Status.READY, actor.port(), guard);
        proxy.access(List.of(KEY), List.of());
        return proxy;
    }

    private static int status(ProxyUnderTest proxy, String target, String fields) throws IOException {
        return status(proxy, "GET", target, fields);
    }

    private static int status(ProxyUnderTest proxy, String method, String target, String fields) throws IOException {
        try (RawConnection client = proxy.connect()) {
            return client.send(method + " " + path(target) + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
                    .answer()
                    .status();
        }
    }

    @Test
    void a_bearer_port_is_reached_with_its_token_which_the_actor_does_not_see() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, new PortGuard.Bearer(sha256("s3cret")))) {
            assertThat(status(proxy, "/", "")).isEqualTo(401);
            assertThat(status(proxy, "/", "Authorization: Bearer s3cre\r\n")).isEqualTo(401);
            assertThat(status(proxy, "/", "Authorization: Basic s3cret\r\n")).isEqualTo(401);
            assertThat(actor.heads()).isEmpty();

            assertThat(status(proxy, "/", "Authorization: bearer s3cret\r\n")).isEqualTo(200);
            assertThat(actor.heads().getLast()).doesNotContain("s3cret");
        }
    }

    @Test
    void who_is_refused_is_told_how_to_ask() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, CONNECTION);
                RawConnection client = proxy.connect()) {
            var head = client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\n\r\n")
                    .readHead();

            assertThat(head).startsWith("HTTP/1.1 401 ").contains("www-authenticate: Bearer realm=\"rivet\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/x?key=s3%20cret, /x",
        "/x?key=s3+cret&a=1, /x?a=1",
        "/x?a=1&key=s3%20cret, /x?a=1",
        "/x?a=1&key=s3%20cret&b=2, /x?a=1&b=2",
        "?key=s3%20cret, /"
    })
    void a_query_port_is_reached_with_its_secret_which_the_actor_does_not_see(String target, String seen)
            throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, new PortGuard.Query("key", sha256("s3 cret")))) {
            assertThat(status(proxy, "/x?key=other", "")).isEqualTo(401);
            assertThat(status(proxy, target, "")).isEqualTo(200);
            assertThat(actor.heads()).hasSize(1);
            assertThat(actor.heads().getLast()).startsWith("GET " + seen + " HTTP/1.1\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/x, X-Rivet-Token: %s",
        "/x, Authorization: Bearer %s",
        "/x?rivet_token=%s, X-Nothing: 1",
        "/x, 'Sec-WebSocket-Protocol: chat, rivet.token.%s, other'"
    })
    void a_token_is_shown_in_any_of_four_places_and_its_claims_reach_the_actor(String target, String field)
            throws IOException {
        var token = token(LATER);
        var text = signed(token);
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, CONNECTION)) {
            var fields = field.formatted(text) + "\r\nX-Rivet-Subject: eve\r\nx_rivet_claim_role: eve\r\n";
            assertThat(status(proxy, target.formatted(text), fields)).isEqualTo(200);

            var seen = actor.heads().getLast();
            assertThat(seen).startsWith("GET /x HTTP/1.1\r\n").doesNotContain(text, "eve");
            assertThat(seen)
                    .contains(
                            "x-rivet-connection: " + token.connection() + "\r\n",
                            "x-rivet-subject: ann\r\n",
                            "x-rivet-claim-role: host\r\n");
            assertThat(seen.toLowerCase(Locale.ROOT).contains("sec-websocket-protocol: chat, other\r\n"))
                    .isEqualTo(field.startsWith("'Sec") || field.startsWith("Sec"));
        }
    }

    @Test
    void a_forged_token_opens_nothing() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, CONNECTION)) {
            var good = signed(token(LATER));
            var parts = good.split("\\.", -1);
            var elses = signed(token(LATER)).split("\\.", -1);
            for (var bad : List.of(
                    signed(token(LATER), pair()),
                    parts[0] + "." + elses[1] + "." + parts[2],
                    "k2." + parts[1] + "." + parts[2],
                    parts[0] + "." + parts[1] + ".",
                    good + ".",
                    "...",
                    "k1.%%.%%")) {
                assertThat(status(proxy, "/", "X-Rivet-Token: " + bad + "\r\n"))
                        .as(bad)
                        .isEqualTo(401);
            }
            assertThat(status(proxy, "/", "X-Rivet-Token: " + good + "\r\n")).isEqualTo(200);
        }
    }

    @Test
    void a_token_works_until_it_expires() throws IOException {
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, CONNECTION)) {
            var field = "X-Rivet-Token: " + signed(token(System.currentTimeMillis() + 2000)) + "\r\n";

            assertThat(status(proxy, "/", field)).isEqualTo(200);

            await().until(() -> status(proxy, "/", field) == 401);
        }
    }

    @Test
    void a_token_is_for_one_port_its_methods_and_its_paths() throws IOException {
        var narrow = signed(new ConnectionToken(
                UUID.randomUUID(), ACTOR, "http", null, Map.of(), Set.of("GET"), "/rooms/1", false, LATER));
        var field = "X-Rivet-Token: " + narrow + "\r\n";
        var other = signed(new ConnectionToken(
                UUID.randomUUID(), ActorId.random(), "http", null, Map.of(), Set.of(), null, false, LATER));
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, CONNECTION)) {
            assertThat(status(proxy, "/", "X-Rivet-Token: " + other + "\r\n")).isEqualTo(403);
            assertThat(status(proxy, "DELETE", "/rooms/1", field)).isEqualTo(403);
            for (var beyond :
                    List.of("/", "/rooms", "/rooms/12", "/rooms/1/../2", "/rooms/1/%2e%2E/2", "/rooms/1//x")) {
                assertThat(status(proxy, beyond, field)).as(beyond).isEqualTo(403);
            }
            assertThat(actor.heads()).isEmpty();
            assertThat(status(proxy, "/rooms/1", field)).isEqualTo(200);
            assertThat(status(proxy, "/rooms/1/a.b?c=..", field)).isEqualTo(200);
        }
    }

    @Test
    void a_token_for_one_use_opens_once() throws IOException {
        var field = "X-Rivet-Token: "
                + signed(new ConnectionToken(
                        UUID.randomUUID(), ACTOR, "http", null, Map.of(), Set.of(), null, true, LATER))
                + "\r\n";
        try (RawActor actor = RawActor.answering(OK);
                ProxyUnderTest proxy = guarded(actor, CONNECTION)) {
            assertThat(status(proxy, "/", field)).isEqualTo(200);
            assertThat(status(proxy, "/", field)).isEqualTo(401);
        }
    }

    @Test
    void nobody_waits_before_a_port_that_is_closed_to_him() throws IOException {
        try (ProxyUnderTest proxy = ProxyUnderTest.start().guarded(Status.STARTING, 0, CONNECTION)) {
            assertThat(status(proxy, "/", "")).isEqualTo(401);
        }
    }

    @Test
    void a_revocation_closes_the_sockets_of_its_connection_and_no_others() throws IOException {
        var gone = token(LATER);
        var stays = token(LATER);
        try (RawActor actor = RawActor.recording((connection, _) -> connection.send(SWITCH));
                ProxyUnderTest proxy = guarded(actor, CONNECTION);
                RawConnection first = upgraded(proxy, gone);
                RawConnection second = upgraded(proxy, stays)) {
            proxy.access(List.of(KEY), List.of(gone.connection()));

            assertThat(first.readAll()).isEqualTo(WebSocketEndTest.close(1008, "connection_revoked"));
            assertThat(status(proxy, "/", "X-Rivet-Token: " + signed(gone) + "\r\n"))
                    .isEqualTo(401);
            second.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(second.readHead()).startsWith("HTTP/1.1 101 ");
        }
    }

    private static RawConnection upgraded(ProxyUnderTest proxy, ConnectionToken token) throws IOException {
        RawConnection client = proxy.connect();
        client.send("GET " + path("/?rivet_token=" + signed(token))
                + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        return client;
    }
}
