package rivet.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static rivet.agent.proxy.ProxyUnderTest.path;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rivet.agent.proxy.ActorRoute.Status;
import rivet.protocol.PortGuard;
import rivet.protocol.link.IssuerKeys;

/** Which tokens of an issuer open a port, and the ways in which a token can be a false one. */
@SuppressWarnings("JavaUtilDate") // the type that the library has for times
class OidcGuardTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String ISSUER = "https://id.example";
    private static final RSAKey RSA = rsa("r1");
    private static final RSAKey FOREIGN = rsa("r1");
    private static final ECKey EC = ec();

    private RawActor actor;
    private ProxyUnderTest proxy;

    @BeforeEach
    void start() {
        actor = RawActor.answering(OK);
        proxy = ProxyUnderTest.start().guarded(Status.READY, actor.port(), new PortGuard.Oidc(ISSUER, "game"));
        proxy.issuers(new IssuerKeys(ISSUER, new JWKSet(List.<JWK>of(RSA, EC)).toString()));
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        actor.close();
    }

    @Test
    void a_good_token_opens_and_its_claims_are_told_to_the_actor() throws Exception {
        var token = signed(JWSAlgorithm.RS256, RSA.getKeyID(), new RSASSASigner(RSA), each -> each);

        assertThat(status("Authorization: Bearer " + token + "\r\nX-Rivet-Subject: root\r\n"))
                .isEqualTo(200);

        assertThat(actor.heads().getFirst().toLowerCase(Locale.ROOT))
                .contains(
                        "x-rivet-subject: ann\r\n",
                        "x-rivet-claim-email-verified: true\r\n",
                        "x-rivet-claim-role: host\r\n")
                .doesNotContain("authorization", "subject: root", "claim-iss", "claim-evil");
    }

    @Test
    void elliptic_curves_and_access_tokens_are_taken_too() throws Exception {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID(EC.getKeyID())
                .type(new JOSEObjectType("at+jwt"))
                .build();
        assertThat(status(bearer(signed(header, new ECDSASigner(EC), claims().build()))))
                .isEqualTo(200);
    }

    @Test
    void what_the_issuer_did_not_say_opens_nothing() throws Exception {
        var good = new RSASSASigner(RSA);
        assertThat(status("")).isEqualTo(401);
        refused("another audience", signed(JWSAlgorithm.RS256, "r1", good, each -> each.audience("other")));
        refused("another issuer", signed(JWSAlgorithm.RS256, "r1", good, each -> each.issuer("https://evil.example")));
        refused("expired", signed(JWSAlgorithm.RS256, "r1", good, each -> each.expirationTime(in(-60))));
        refused("not yet", signed(JWSAlgorithm.RS256, "r1", good, each -> each.notBeforeTime(in(600))));
        refused("never ends", signed(JWSAlgorithm.RS256, "r1", good, each -> each.expirationTime(null)));
        refused("nobody", signed(JWSAlgorithm.RS256, "r1", good, each -> each.subject(null)));
        refused("a line break", signed(JWSAlgorithm.RS256, "r1", good, each -> each.subject("ann\r\nx-evil: 1")));
        refused("another's key", signed(JWSAlgorithm.RS256, "r1", new RSASSASigner(FOREIGN), each -> each));
        refused("an unknown key", signed(JWSAlgorithm.RS256, "r2", new RSASSASigner(FOREIGN), each -> each));
        refused("no signature", new PlainJWT(claims().build()).serialize());
        var asSecret = new MACSigner(RSA.toRSAPublicKey().getEncoded());
        refused("the public key as a secret", signed(JWSAlgorithm.HS256, "r1", asSecret, each -> each));
        var bringsItsKey = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwk(FOREIGN.toPublicJWK())
                .build();
        refused("its own key", signed(bringsItsKey, new RSASSASigner(FOREIGN), claims().build()));
        refused("long", "a".repeat(8193));
        refused("nothing", "x");
        assertThat(actor.heads()).isEmpty();
    }

    @Test
    void a_key_that_the_issuer_took_back_opens_nothing_more() throws Exception {
        var token = bearer(signed(JWSAlgorithm.RS256, "r1", new RSASSASigner(RSA), each -> each));
        assertThat(status(token)).isEqualTo(200);

        proxy.issuers(new IssuerKeys(ISSUER, new JWKSet(List.<JWK>of(EC)).toString()));

        assertThat(status(token)).isEqualTo(401);
    }

    private void refused(String why, String token) throws IOException {
        assertThat(status(bearer(token))).as(why).isEqualTo(401);
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    private int status(String fields) throws IOException {
        try (RawConnection client = proxy.connect()) {
            return client.send("GET " + path("/") + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
                    .answer()
                    .status();
        }
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(List.of("other", "game"))
                .subject("ann")
                .expirationTime(in(60))
                .claim("role", "host")
                .claim("email_verified", true)
                .claim("evil", "a\r\nb: c")
                .claim("nested", List.of("a"));
    }

    private static String signed(
            JWSAlgorithm algorithm, String key, JWSSigner with, UnaryOperator<JWTClaimsSet.Builder> change)
            throws JOSEException {
        var header = new JWSHeader.Builder(algorithm).keyID(key).build();
        return signed(header, with, change.apply(claims()).build());
    }

    private static String signed(JWSHeader header, JWSSigner with, JWTClaimsSet claims) throws JOSEException {
        var token = new SignedJWT(header, claims);
        token.sign(with);
        return token.serialize();
    }

    private static Date in(long seconds) {
        return Date.from(Instant.now().plusSeconds(seconds));
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("e1").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
