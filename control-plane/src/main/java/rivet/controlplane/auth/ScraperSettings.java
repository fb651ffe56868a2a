package rivet.controlplane.auth;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** @param token what Prometheus shows under private access; empty: nobody may read metrics then */
@ConfigurationProperties("rivet.metrics")
record ScraperSettings(String token) {

    ScraperSettings {
        if (!token.isEmpty() && token.length() < AuthSettings.SHORTEST_TOKEN) {
            throw new IllegalArgumentException("rivet.metrics.token: %d characters (expected: at least %d)"
                    .formatted(token.length(), AuthSettings.SHORTEST_TOKEN));
        }
    }

    /** Settings hold a token; a log line must not. */
    @Override
    public String toString() {
        return "ScraperSettings[token=***]";
    }
}
