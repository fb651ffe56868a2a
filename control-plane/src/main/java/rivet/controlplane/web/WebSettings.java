package rivet.controlplane.web;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * @param publicUrl where callers reach the API; empty: where this request came to
 * @param maxBody of JSON bodies
 */
@ConfigurationProperties("rivet.api")
public record WebSettings(String host, int port, String publicUrl, DataSize maxBody) {

    public WebSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("rivet.api.port: %d (expected: 0 to 65535)".formatted(port));
        }
    }
}
