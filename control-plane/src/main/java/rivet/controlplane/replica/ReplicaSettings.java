package rivet.controlplane.replica;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** @param url where agents reach this replica and no other; empty: where it listens */
@ConfigurationProperties("rivet.replica")
record ReplicaSettings(String url) {

    ReplicaSettings {
        if (!url.isEmpty() && !isHttp(url)) {
            throw new IllegalArgumentException(
                    "rivet.replica.url: '%s' (expected: a URL such as http://10.0.0.7:6420)".formatted(url));
        }
    }

    private static boolean isHttp(String url) {
        try {
            var uri = URI.create(url);
            return uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
