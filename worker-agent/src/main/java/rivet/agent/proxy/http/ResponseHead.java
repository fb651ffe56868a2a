package rivet.agent.proxy.http;

import org.jspecify.annotations.Nullable;

/** The head of an actor's answer: read as strictly as a client's, because actors run code of others. */
public final class ResponseHead extends Head {

    private static final String EVENT_STREAM = "text/event-stream";

    private int status;
    private int reasonFrom;
    private int reasonTo;

    @Override
    @Nullable
    Refusal startLine(int from, int to) {
        if (to - from < 12 || bytes()[from + 8] != ' ') {
            return Refusal.malformed("The status line is not 'HTTP/1.1 200 reason'.");
        }
        Refusal version = version(from, from + 8);
        return version != null ? version : status(from + 9, to);
    }

    private @Nullable Refusal status(int from, int to) {
        status = 0;
        for (int i = from; i < from + 3; i++) {
            status = Chars.digit(bytes()[i]) ? status * 10 + (bytes()[i] - '0') : -1000;
        }
        if (status < 100 || status > 999 || (to > from + 3 && bytes()[from + 3] != ' ')) {
            return Refusal.malformed("The status is not a number of three digits.");
        }
        reasonFrom = Math.min(from + 4, to);
        reasonTo = to;
        for (int i = reasonFrom; i < reasonTo; i++) {
            if (!Chars.fieldValue(bytes()[i])) {
                return Refusal.malformed("The reason holds a control character.");
            }
        }
        return null;
    }

    @Override
    @Nullable
    Refusal complete() {
        return framing();
    }

    /** A new account of the body that follows, which depends on what was asked. */
    public Body body(Method asked) {
        if (asked == Method.HEAD || bodyless()) {
            return Body.none();
        }
        if (chunked()) {
            return new ChunkedBody();
        }
        return contentLength() >= 0 ? Body.ofLength(contentLength()) : Body.untilClose();
    }

    /** Whether what follows goes on until somebody has enough of it. Looked for only where the length is not known. */
    public boolean eventStream() {
        int type = contentLength() >= 0 || bodyless() ? -1 : field("content-type");
        return type >= 0
                && valueTo(type) - valueFrom(type) >= EVENT_STREAM.length()
                && is(valueFrom(type), valueFrom(type) + EVENT_STREAM.length(), EVENT_STREAM);
    }

    boolean bodyless() {
        return informational() || status == 204 || status == 304;
    }

    /** Whether another head follows for the same request. */
    public boolean informational() {
        return status < 200;
    }

    public boolean switching() {
        return status == 101;
    }

    public int status() {
        return status;
    }

    int reasonFrom() {
        return reasonFrom;
    }

    int reasonTo() {
        return reasonTo;
    }

    /** The field that names the protocol changed to, or offered; -1 if there is none. */
    int upgrade() {
        return status == 101 || status == 426 ? upgradeField() : -1;
    }

    /** Whether this is a change of protocol with a name. */
    public boolean namesProtocol() {
        return upgradeField() >= 0;
    }
}
