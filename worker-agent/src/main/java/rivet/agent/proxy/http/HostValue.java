package rivet.agent.proxy.http;

/** The grammar of a host: a name or an address, in brackets if it has colons, and perhaps a port. */
final class HostValue {

    private static final int MAX_PORT_DIGITS = 5;

    private HostValue() {}

    static boolean wellFormed(byte[] bytes, int from, int to) {
        int end = from < to && bytes[from] == '[' ? addressEnd(bytes, from + 1, to) : nameEnd(bytes, from, to);
        return end > from && (end == to || (bytes[end] == ':' && port(bytes, end + 1, to)));
    }

    private static int nameEnd(byte[] bytes, int from, int to) {
        int end = from;
        while (end < to && Chars.host(bytes[end])) {
            end++;
        }
        return end;
    }

    private static int addressEnd(byte[] bytes, int from, int to) {
        int end = from;
        while (end < to && (Chars.hex(bytes[end]) >= 0 || bytes[end] == ':' || bytes[end] == '.')) {
            end++;
        }
        return end > from && end < to && bytes[end] == ']' ? end + 1 : -1;
    }

    private static boolean port(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Chars.digit(bytes[i])) {
                return false;
            }
        }
        return to > from && to - from <= MAX_PORT_DIGITS;
    }
}
