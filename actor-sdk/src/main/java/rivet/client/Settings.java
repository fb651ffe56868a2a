package rivet.client;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is and how it is spoken to.
 *
 * @param scope what goes with every request; absent where the server's default is meant
 */
record Settings(
        URI endpoint,
        @Nullable String token,
        @Nullable Scope scope,
        Duration connectTimeout,
        Duration callTimeout,
        RetryPolicy retryPolicy,
        Pauses pauses) {

    record Scope(String project, String environment) {}

    /** How the time between two attempts passes; real time but in tests. */
    @FunctionalInterface
    interface Pauses {
        void pause(Duration duration, Cancellation cancellation) throws InterruptedException;
    }

    Settings {
        Checks.positive("connectTimeout", connectTimeout);
        Checks.positive("callTimeout", callTimeout);
        checkEndpoint(endpoint);
    }

    /** The message does not repeat the URL: what stands before the @ is a secret. */
    private static void checkEndpoint(URI endpoint) {
        var scheme = endpoint.getScheme();
        boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
        if (!http || endpoint.getHost() == null) {
            throw new IllegalArgumentException(
                    "endpoint: %s (expected: such as http://127.0.0.1:6420)".formatted(endpoint));
        }
        if (endpoint.getUserInfo() != null || endpoint.getQuery() != null || endpoint.getFragment() != null) {
            throw new IllegalArgumentException(
                    "endpoint: it has a user, a query or a fragment (expected: none of them)");
        }
    }

    @Override
    public String toString() {
        return "Settings[endpoint=%s, scope=%s]".formatted(endpoint, scope);
    }
}
