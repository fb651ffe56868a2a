package rivet.agent.proxy.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The head of a request, accepted only if every reader would take it for the same request. */
public final class RequestHead extends Head {

    private static final int MAX_METHOD = 32;
    private static final String PREFACE = "PRI * HTTP/2.0";
    private static final String GRPC = "application/grpc";

    private int lineFrom;
    private int methodTo;
    private Method method = Method.OTHER;
    private int targetFrom;
    private int targetTo;
    private boolean plainPath;
    private int authorityFrom;
    private int authorityTo;
    private int host;
    private int accept;
    private int contentType;
    private boolean preface;
    private boolean expectsContinue;

    public RequestHead() {
        clear();
    }

    @Override
    void clear() {
        super.clear();
        lineFrom = 0;
        methodTo = 0;
        method = Method.OTHER;
        targetFrom = 0;
        targetTo = 0;
        plainPath = true;
        authorityFrom = 0;
        authorityTo = 0;
        host = -1;
        accept = -1;
        contentType = -1;
        preface = false;
        expectsContinue = false;
    }

    @Override
    @Nullable
    Refusal startLine(int from, int to) {
        int space = from;
        while (space < to && (Chars.upper(bytes()[space]) || bytes()[space] == '-' || bytes()[space] == '_')) {
            space++;
        }
        if (space == from || space == to || bytes()[space] != ' ' || space - from > MAX_METHOD) {
            return Refusal.malformed("The request does not begin with a method in capitals and one space.");
        }
        lineFrom = from;
        methodTo = space;
        method = Method.of(bytes(), from, space);
        targetFrom = space + 1;
        targetTo = targetFrom;
        while (targetTo < to && Chars.target(bytes()[targetTo])) {
            targetTo++;
        }
        if (targetTo == targetFrom || targetTo == to || bytes()[targetTo] != ' ') {
            return Refusal.malformed("The request target is empty or holds a character that must be encoded.");
        }
        if (to - from == PREFACE.length() && startsWith(from, PREFACE)) {
            preface = true;
            return null;
        }
        Refusal version = version(targetTo + 1, to);
        return version != null ? version : target();
    }

    private boolean startsWith(int from, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (bytes()[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Refusal target() {
        byte first = bytes()[targetFrom];
        boolean asterisk = first == '*' && targetTo - targetFrom == 1 && method == Method.OPTIONS;
        if (first == '/') {
            return path();
        }
        if (asterisk || method == Method.CONNECT) {
            return null;
        }
        if (targetTo - targetFrom <= 7 || !is(targetFrom, targetFrom + 7, "http://")) {
            return Refusal.malformed("The request target is neither a path nor an http:// address.");
        }
        authorityFrom = targetFrom + 7;
        authorityTo = authorityFrom;
        while (authorityTo < targetTo && bytes()[authorityTo] != '/' && bytes()[authorityTo] != '?') {
            authorityTo++;
        }
        targetFrom = authorityTo;
        return path();
    }

    private @Nullable Refusal path() {
        plainPath = TargetPath.plain(bytes(), targetFrom, targetTo);
        return climbsAbove(targetFrom)
                ? Refusal.malformed(
                        "The path holds a percent sign without two digits, a NUL, or dots that lead above its beginning.")
                : null;
    }

    /** Whether dots in the path lead out of the part of it that begins here. */
    public boolean climbsAbove(int from) {
        return !plainPath && !TargetPath.sound(bytes(), from, targetTo);
    }

    @Override
    @Nullable
    Refusal note(FieldName name, int field) {
        return switch (name) {
            case HOST -> host(field);
            case EXPECT -> expect(field);
            case CONTENT_TYPE -> {
                contentType = field;
                yield null;
            }
            case ACCEPT -> {
                accept = accept < 0 ? field : accept;
                yield null;
            }
            default -> super.note(name, field);
        };
    }

    private @Nullable Refusal host(int field) {
        if (host >= 0) {
            return Refusal.malformed("Host is given more than once.");
        }
        host = field;
        return HostValue.wellFormed(bytes(), valueFrom(field), valueTo(field))
                ? null
                : Refusal.malformed("Host is not a name or address with an optional port.");
    }

    private @Nullable Refusal expect(int field) {
        if (expectsContinue || !valueIs(field, "100-continue")) {
            return new Refusal(417, "expectation_failed", "The only expectation met here is 100-continue.");
        }
        expectsContinue = true;
        return null;
    }

    @Override
    @Nullable
    Refusal complete() {
        if (preface) {
            return count() == 0 ? null : Refusal.malformed("HTTP/2 begins with fields.");
        }
        if (host < 0 && !http10()) {
            return Refusal.malformed("Host is missing.");
        }
        if (authorityFrom > 0 && !authorityIsHost()) {
            return Refusal.malformed("The address in the request line and Host differ.");
        }
        if (http10() && contentLength() > 0 && method.bodyless()) {
            return Refusal.malformed("A body with this method is not served in HTTP/1.0.");
        }
        return framing();
    }

    private boolean authorityIsHost() {
        return host >= 0
                && authorityTo - authorityFrom == valueTo(host) - valueFrom(host)
                && is(authorityFrom, authorityTo, value(host).toLowerCase(Locale.ROOT));
    }

    /** A new account of the body that follows. */
    public Body body() {
        return chunked() ? new ChunkedBody() : Body.ofLength(Math.max(0, contentLength()));
    }

    /**
     * Whether another protocol is asked for. HTTP/2 in clear text is not among them: behind such an upgrade requests
     * would pass that nobody reads.
     */
    public boolean upgrade() {
        int field = upgradeField();
        return field >= 0 && !valueIs(field, "h2c") && method != Method.CONNECT;
    }

    public boolean asksForWebSocket() {
        int field = upgradeField();
        return field >= 0 && valueIs(field, "websocket");
    }

    /** How long request line and fields are, without what proxies say in them. */
    public int clientBytes() {
        int all = targetTo - lineFrom;
        for (int i = 0; i < count(); i++) {
            FieldName.Way way = name(i).way();
            if (way != FieldName.Way.FORWARDING && way != FieldName.Way.OURS) {
                all += valueTo(i) - nameFrom(i);
            }
        }
        return all;
    }

    /** What the proxy before us, the last to speak, says of where it comes from. @param otherwise if it says nothing */
    public String lastForwardedFor(String otherwise) {
        for (int i = count() - 1; i >= 0; i--) {
            if (name(i) == FieldName.X_FORWARDED_FOR) {
                String all = value(i);
                return all.substring(all.lastIndexOf(',') + 1).strip();
            }
        }
        return otherwise;
    }

    public Method method() {
        return method;
    }

    public String methodText() {
        return text(lineFrom, methodTo);
    }

    /** Path and query as they were written. */
    public String targetText() {
        return text(targetFrom, targetTo);
    }

    private String text(int from, int to) {
        return new String(bytes(), from, to - from, StandardCharsets.US_ASCII);
    }

    int methodFrom() {
        return lineFrom;
    }

    int methodTo() {
        return methodTo;
    }

    /** Where path and query begin; in an absolute address without a path this is its query or its end. */
    public int targetFrom() {
        return targetFrom;
    }

    public int targetTo() {
        return targetTo;
    }

    /** The Host field, or -1 in HTTP/1.0. */
    public int host() {
        return host;
    }

    /** The first Accept field, or -1. */
    public int accept() {
        return accept;
    }

    /** Whether this is no request but the first half of what an HTTP/2 client begins its connection with. */
    public boolean preface() {
        return preface;
    }

    /** Whether only a server that speaks HTTP/2 can answer. */
    public boolean grpc() {
        return contentType >= 0
                && valueTo(contentType) - valueFrom(contentType) >= GRPC.length()
                && is(valueFrom(contentType), valueFrom(contentType) + GRPC.length(), GRPC);
    }

    public boolean expectsContinue() {
        return expectsContinue && !http10();
    }
}
