package rivet.agent.proxy.http;

/**
 * The path of a target as servers will come to read it. Nothing is normalised here, because the actor must see what the
 * client wrote; what only some readers can decode, or what leaves the place that it starts from, is refused.
 */
final class TargetPath {

    private static final int END = -1;
    private static final int BROKEN = -2;

    private final byte[] bytes;
    private final int to;
    private int at;

    private TargetPath(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.to = to;
    }

    /** Whether the path between these bounds decodes in one way, and dots lead nowhere above its beginning. */
    static boolean sound(byte[] bytes, int from, int to) {
        return new TargetPath(bytes, from, to).sound();
    }

    /** Most paths hold nothing that must be looked at twice. */
    static boolean plain(byte[] bytes, int from, int to) {
        for (int i = from; i < to && bytes[i] != '?'; i++) {
            if (bytes[i] == '%' || (bytes[i] == '.' && i > from && bytes[i - 1] == '/')) {
                return false;
            }
        }
        return true;
    }

    private boolean sound() {
        int depth = 0;
        int length = 0;
        int dots = 0;
        int c;
        do {
            c = next();
            if (c == '/' || c == END) {
                // Many servers take several slashes for one, so nothing between two of them leads down.
                depth += length == 0 || (length == 1 && dots == 1) ? 0 : length == 2 && dots == 2 ? -1 : 1;
                length = 0;
                dots = 0;
            } else {
                length++;
                dots += c == '.' ? 1 : 0;
            }
        } while (c >= 0 && depth >= 0);
        return c != BROKEN && depth >= 0;
    }

    private int next() {
        if (at == to || bytes[at] == '?') {
            return END;
        }
        if (bytes[at] != '%') {
            return bytes[at++];
        }
        int high = at + 2 < to ? Chars.hex(bytes[at + 1]) : -1;
        int low = at + 2 < to ? Chars.hex(bytes[at + 2]) : -1;
        at += 3;
        int decoded = high << 4 | low;
        return high < 0 || low < 0 || decoded == 0 ? BROKEN : decoded;
    }
}
