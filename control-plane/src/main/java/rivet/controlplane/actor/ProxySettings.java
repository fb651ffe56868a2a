package rivet.controlplane.actor;

import org.springframework.boot.context.properties.ConfigurationProperties;

/** @param url the one entry to all proxies, such as a load balancer; empty: each actor's URL names its own agent */
@ConfigurationProperties("rivet.proxy")
record ProxySettings(String url) {

    ProxySettings {
        if (!url.isEmpty() && !url.matches("https?://[^/?#\\s]+/?")) {
            throw new IllegalArgumentException(
                    "rivet.proxy.url: '%s' (expected: a URL such as https://actors.example.org)".formatted(url));
        }
        url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
