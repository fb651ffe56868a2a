package rivet.controlplane.connection;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import org.springframework.stereotype.Component;
import rivet.protocol.Wire;
import tools.jackson.core.JacksonException;

/** Asks OpenID Connect issuers for their keys: nothing is followed elsewhere, and nothing large is read. */
@Component
final class Issuers implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int LARGEST = 256 * 1024;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** It did not answer, or with something else. */
    static final class Unusable extends Exception {
        Unusable(String message, Throwable cause) {
            super(message, cause);
        }

        Unusable(String message) {
            super(message);
        }
    }

    /** @return its public signing keys as a JSON Web Key Set */
    String keys(URI issuer) throws Unusable {
        var about = URI.create(issuer.toString().replaceAll("/$", "") + "/.well-known/openid-configuration");
        try {
            var configuration = Wire.JSON.readTree(get(about));
            if (!configuration.path("issuer").asString("").equals(issuer.toString())) {
                throw new Unusable("%s speaks of another issuer".formatted(about));
            }
            var where = URI.create(configuration.path("jwks_uri").asString(""));
            if (!issuer.getScheme().equals(where.getScheme())
                    || !issuer.getHost().equals(where.getHost())) {
                throw new Unusable("jwks_uri '%s' is not at the issuer's host".formatted(where));
            }
            return usable(get(where));
        } catch (IllegalArgumentException | JacksonException | ParseException e) {
            throw new Unusable("%s does not answer as an issuer does: %s".formatted(about, e.getMessage()), e);
        }
    }

    private static String usable(String jwks) throws ParseException {
        var keys = JWKSet.parse(jwks).toPublicJWKSet().getKeys().stream()
                .filter(key -> KeyType.RSA.equals(key.getKeyType()) || KeyType.EC.equals(key.getKeyType()))
                .filter(key -> key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse()))
                .toList();
        return new JWKSet(keys).toString();
    }

    private String get(URI uri) throws Unusable {
        try {
            var request = HttpRequest.newBuilder(uri)
                    .timeout(TIMEOUT)
                    .header("accept", "application/json")
                    .build();
            var answer = http.send(request, BodyHandlers.ofInputStream());
            try (var body = answer.body()) {
                return read(uri, answer.statusCode(), body);
            }
        } catch (IOException e) {
            throw new Unusable("%s: %s".formatted(uri, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unusable("%s: interrupted".formatted(uri), e);
        }
    }

    private static String read(URI uri, int status, InputStream body) throws Unusable, IOException {
        if (status != 200) {
            throw new Unusable("%s answers %d".formatted(uri, status));
        }
        var bytes = body.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw new Unusable("%s answers more than %d bytes".formatted(uri, LARGEST));
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
