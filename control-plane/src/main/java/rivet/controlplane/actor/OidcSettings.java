package rivet.controlplane.actor;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * @param issuers the only ones that ports may name, because the control plane fetches their keys: nobody but an operator
 *     decides where it calls
 * @param refresh how often their keys are fetched
 */
@ConfigurationProperties("rivet.oidc")
public record OidcSettings(List<URI> issuers, Duration refresh) {

    public OidcSettings {
        issuers = List.copyOf(issuers);
        for (var issuer : issuers) {
            if (!isIssuer(issuer)) {
                throw new IllegalArgumentException(
                        "rivet.oidc.issuers: '%s' (expected: an https URL without query; http on loopback only)"
                                .formatted(issuer));
            }
        }
    }

    private static boolean isIssuer(URI uri) {
        var host = uri.getHost();
        if (host == null || uri.getRawQuery() != null || uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
            return false;
        }
        return "https".equals(uri.getScheme())
                || ("http".equals(uri.getScheme())
                        && List.of("127.0.0.1", "localhost", "[::1]").contains(host));
    }

    boolean knows(String issuer) {
        return issuers.stream().map(URI::toString).anyMatch(issuer::equals);
    }
}
