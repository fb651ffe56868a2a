package rivet.agent.proxy.guard;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.RequestHead;
import rivet.agent.proxy.http.Shown;

/**
 * A secret that a request shows, and where.
 *
 * @param shown what the actor does not see of the request because of it
 */
record Credential(String secret, Shown shown) {

    static final String TOKEN_FIELD = "x-rivet-token";
    static final String TOKEN_PARAMETER = "rivet_token";

    /** What browsers can set on a WebSocket is its sub-protocols. */
    static final String TOKEN_PROTOCOL = "rivet.token.";

    private static final String BEARER = "bearer ";
    private static final String PROTOCOLS = "sec-websocket-protocol";

    static @Nullable Credential ofToken(RequestHead head, int targetFrom) {
        int own = head.field(TOKEN_FIELD);
        if (own >= 0) {
            return new Credential(head.value(own), Shown.NOTHING); // every x-rivet- field stays here
        }
        Credential inQuery = ofParameter(head, targetFrom, TOKEN_PARAMETER);
        if (inQuery != null) {
            return inQuery;
        }
        Credential inProtocols = ofProtocol(head);
        return inProtocols != null ? inProtocols : ofBearer(head);
    }

    static @Nullable Credential ofBearer(RequestHead head) {
        int field = head.field("authorization");
        if (field < 0) {
            return null;
        }
        String value = head.value(field);
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? new Credential(value.substring(BEARER.length()).strip(), new Shown(field, 0, 0, ""))
                : null;
    }

    static @Nullable Credential ofParameter(RequestHead head, int targetFrom, String key) {
        int from = targetFrom;
        while (from < head.targetTo() && head.bytes()[from] != '?') {
            from++;
        }
        while (from < head.targetTo()) {
            int to = from + 1;
            while (to < head.targetTo() && head.bytes()[to] != '&') {
                to++;
            }
            String[] parts = text(head, from + 1, to).split("=", 2);
            if (key.equals(decoded(parts[0]))) {
                String value = parts.length == 1 ? "" : decoded(parts[1]);
                return value == null ? null : new Credential(value, cut(head, from, to));
            }
            from = to;
        }
        return null;
    }

    /** What is left begins with a question mark, or is nothing. @param from of the mark before the parameter */
    private static Shown cut(RequestHead head, int from, int to) {
        boolean first = head.bytes()[from] == '?';
        return first && to < head.targetTo() ? new Shown(-1, from + 1, to + 1, "") : new Shown(-1, from, to, "");
    }

    private static @Nullable Credential ofProtocol(RequestHead head) {
        int field = head.field(PROTOCOLS);
        if (field < 0) {
            return null;
        }
        String secret = null;
        List<String> others = new ArrayList<>();
        for (String each : head.value(field).split(",", -1)) {
            String protocol = each.strip();
            if (secret == null && protocol.startsWith(TOKEN_PROTOCOL)) {
                secret = protocol.substring(TOKEN_PROTOCOL.length());
            } else {
                others.add(protocol);
            }
        }
        if (secret == null) {
            return null;
        }
        String told = others.isEmpty() ? "" : PROTOCOLS + ": " + String.join(", ", others) + "\r\n";
        return new Credential(secret, new Shown(field, 0, 0, told));
    }

    private static String text(RequestHead head, int from, int to) {
        return new String(head.bytes(), from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return null; // no parameter of ours
        }
    }

    @Override
    public String toString() {
        return "***";
    }
}
