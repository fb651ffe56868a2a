package rivet.controlplane.connection;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.ConnectionView;

/** What a connection must be like. Each refusal names the field. */
final class ConnectionChecks {

    static final Duration LONGEST = Duration.ofDays(7);
    /** What was used once is remembered by the memory of one agent: not for long. */
    static final Duration LONGEST_SINGLE_USE = Duration.ofMinutes(10);

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH");
    private static final Pattern CLAIM = Pattern.compile("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?");
    /** What can stand in a header. */
    private static final Pattern VALUE = Pattern.compile("[!-~]([ -~]{0,254}[!-~])?");

    private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9/._~!$&'()*+,;=:@-]{0,255}");
    private static final Pattern AMBIGUOUS = Pattern.compile("//|/\\.{1,2}(/|$)");
    private static final int MOST_CLAIMS = 16;

    private ConnectionChecks() {}

    static ConnectionDraft draft(ConnectionView.Create given) {
        var once = Boolean.TRUE.equals(given.singleUse());
        return new ConnectionDraft(
                port(given.port()),
                ttl(given.ttlMs(), once ? LONGEST_SINGLE_USE : LONGEST),
                given.subject() == null ? null : value("subject", given.subject()),
                claims(given.claims()),
                methods(given.methods()),
                path(given.pathPrefix()),
                once);
    }

    static String value(String field, @Nullable String given) {
        if (given == null || !VALUE.matcher(given).matches()) {
            throw Problem.badField(field, given, "1 to 256 printable ASCII characters, no space at an end");
        }
        return given;
    }

    private static String port(@Nullable String port) {
        if (port == null || port.isEmpty()) {
            throw Problem.badField("port", port, "the name of a port of the actor");
        }
        return port;
    }

    private static Duration ttl(@Nullable Long ms, Duration longest) {
        if (ms == null || ms < SHORTEST.toMillis() || ms > longest.toMillis()) {
            throw Problem.badField("ttl_ms", ms, "%d to %d".formatted(SHORTEST.toMillis(), longest.toMillis()));
        }
        return Duration.ofMillis(ms);
    }

    private static Map<String, String> claims(@Nullable Map<String, String> given) {
        var claims = new TreeMap<String, String>();
        if (given == null) {
            return claims;
        }
        if (given.size() > MOST_CLAIMS) {
            throw Problem.badField("claims", given.size() + " of them", "at most " + MOST_CLAIMS);
        }
        given.forEach((name, value) -> {
            if (!CLAIM.matcher(name).matches()) {
                throw Problem.badField("claims." + name, name, "a name of 1 to 32 of a-z, 0-9 and - between them");
            }
            claims.put(name, value("claims." + name, value));
        });
        return claims;
    }

    private static Set<String> methods(@Nullable List<String> given) {
        var methods = new TreeSet<String>();
        for (var method : given == null ? List.<String>of() : given) {
            if (method == null || !METHODS.contains(method)) {
                throw Problem.badField("methods", method, "of " + String.join(", ", new TreeSet<>(METHODS)));
            }
            methods.add(method);
        }
        return methods;
    }

    private static @Nullable String path(@Nullable String given) {
        if (given != null
                && (!PATH.matcher(given).matches() || AMBIGUOUS.matcher(given).find())) {
            throw Problem.badField(
                    "path_prefix",
                    given,
                    "a path of at most 256 characters, nothing encoded, no empty or dot segments");
        }
        return given;
    }
}
