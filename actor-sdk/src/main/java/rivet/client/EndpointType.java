package rivet.client;

import java.util.Locale;

/** The form of the URLs of an actor's ports. */
public enum EndpointType {
    /** A host name for each port: {@code http://{actor}-{port}.example.com/}. Needs a wildcard DNS entry. */
    HOSTNAME,
    /** A path for each port: {@code http://example.com/{actor}-{port}/}. The actor does not see this prefix. */
    PATH;

    /**
     * The name as the server writes it.
     *
     * @return {@code hostname} or {@code path}
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
