package rivet.agent.proxy.guard;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.guard.Decision.Forbidden;
import rivet.agent.proxy.http.RequestHead;
import rivet.protocol.ConnectionToken;

/** What of a port a token opens. Pure. */
final class Reach {

    /** What an actor might take for another path than we do: a way out of the prefix. */
    private static final Pattern AMBIGUOUS =
            Pattern.compile("/\\.{1,2}(/|;|$)|//|\\\\|%(2e|2f|5c|25|00)", Pattern.CASE_INSENSITIVE);

    private Reach() {}

    /** Null where the token opens what the request wants. */
    static @Nullable Forbidden beyond(ConnectionToken token, Guard.Port port, RequestHead head, int targetFrom) {
        if (!token.actor().equals(port.actor()) || !token.port().equals(port.name())) {
            return new Forbidden("The token is for another port.");
        }
        if (!token.methods().isEmpty()
                && !token.methods().contains(head.method().name())) {
            return new Forbidden("The token is for other methods.");
        }
        String prefix = token.pathPrefix();
        return prefix == null || isBelow(path(head, targetFrom), prefix)
                ? null
                : new Forbidden("The token is for another path.");
    }

    private static boolean isBelow(String path, String prefix) {
        if (!path.startsWith(prefix) || AMBIGUOUS.matcher(path).find()) {
            return false;
        }
        return path.length() == prefix.length() || prefix.endsWith("/") || path.charAt(prefix.length()) == '/';
    }

    private static String path(RequestHead head, int targetFrom) {
        int to = targetFrom;
        while (to < head.targetTo() && head.bytes()[to] != '?') {
            to++;
        }
        String path = new String(head.bytes(), targetFrom, to - targetFrom, StandardCharsets.ISO_8859_1);
        return path.isEmpty() ? "/" : path;
    }
}
