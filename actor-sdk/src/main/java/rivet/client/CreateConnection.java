package rivet.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection that shall be. Immutable: each method returns a new request. Limits are checked by the server, which answers
 * with {@link RivetException.Invalid} and the field.
 *
 * @param port the name of one of the actor's ports
 * @param ttl how long it opens the port: 1 s to 7 days, for a single use to 10 minutes
 * @param subject for whom it is, as the actor is told; {@code null} for nobody in particular
 * @param claims what the actor is told besides, up to 16; unmodifiable
 * @param methods the HTTP methods that it opens; empty for all; unmodifiable
 * @param pathPrefix the path that it opens, with what is below it; {@code null} for all
 * @param singleUse whether it opens once
 */
public record CreateConnection(
        String port,
        Duration ttl,
        @Nullable String subject,
        Map<String, String> claims,
        Set<String> methods,
        @Nullable String pathPrefix,
        boolean singleUse) {

    /** Copies the claims and methods. */
    public CreateConnection {
        claims = Map.copyOf(claims);
        methods = Set.copyOf(methods);
    }

    /**
     * One that opens all of a port.
     *
     * @param port the name of one of the actor's ports
     * @param ttl how long: 1 s to 7 days
     * @return a request
     */
    public static CreateConnection to(String port, Duration ttl) {
        return new CreateConnection(port, ttl, null, Map.of(), Set.of(), null, false);
    }

    /**
     * The same for somebody.
     *
     * @param subject 1 to 256 printable ASCII characters; the actor is told in {@code x-rivet-subject}
     * @return a new request
     */
    public CreateConnection subject(String subject) {
        return new CreateConnection(port, ttl, subject, claims, methods, pathPrefix, singleUse);
    }

    /**
     * The same with a claim more.
     *
     * @param name of {@code a-z}, {@code 0-9} and {@code -}
     * @param value 1 to 256 printable ASCII characters; the actor is told in {@code x-rivet-claim-NAME}
     * @return a new request
     */
    public CreateConnection claim(String name, String value) {
        var more = new LinkedHashMap<>(claims);
        more.put(name, value);
        return new CreateConnection(port, ttl, subject, more, methods, pathPrefix, singleUse);
    }

    /**
     * The same for some HTTP methods only.
     *
     * @param methods such as {@code GET}
     * @return a new request
     */
    public CreateConnection methods(String... methods) {
        return new CreateConnection(port, ttl, subject, claims, Set.of(methods), pathPrefix, singleUse);
    }

    /**
     * The same for a path and what is below it only.
     *
     * @param pathPrefix as the actor sees paths, such as {@code /rooms/1}
     * @return a new request
     */
    public CreateConnection pathPrefix(String pathPrefix) {
        return new CreateConnection(port, ttl, subject, claims, methods, pathPrefix, singleUse);
    }

    /**
     * The same for one use.
     *
     * @return a new request
     */
    public CreateConnection once() {
        return new CreateConnection(port, ttl, subject, claims, methods, pathPrefix, true);
    }

    Body body() {
        return new Body(
                port,
                ttl.toMillis(),
                subject,
                claims.isEmpty() ? null : claims,
                methods.isEmpty() ? null : methods,
                pathPrefix,
                singleUse);
    }

    /** As it goes over the wire. */
    record Body(
            String port,
            long ttlMs,
            @Nullable String subject,
            @Nullable Map<String, String> claims,
            @Nullable Set<String> methods,
            @Nullable String pathPrefix,
            boolean singleUse) {}
}
