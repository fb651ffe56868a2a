package rivet.agent.proxy.http;

/** The character classes of RFC 9110 and RFC 9112 as tables: heads are walked byte by byte. */
final class Chars {

    static final byte CR = '\r';
    static final byte LF = '\n';

    private static final boolean[] TOKEN = new boolean[256];
    private static final byte[] FOLDED = new byte[256];

    static {
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            TOKEN[c] = alphanumeric || (c > 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
            FOLDED[c] = (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c == '_' ? '-' : c);
        }
    }

    private Chars() {}

    static boolean token(byte b) {
        return TOKEN[b & 0xff];
    }

    /** Lower case, and a dash for an underscore: what many programs behind a proxy take for the same name. */
    static byte folded(byte b) {
        return FOLDED[b & 0xff];
    }

    static boolean fieldValue(byte b) {
        return b >= ' ' ? b != 0x7f : b < 0 || b == '\t';
    }

    /** Visible ASCII without {@code #}: a fragment never crosses the wire. */
    static boolean target(byte b) {
        return b > ' ' && b < 0x7f && b != '#';
    }

    static boolean host(byte b) {
        return digit(b) || letter(b) || b == '.' || b == '-' || b == '_';
    }

    static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    static boolean letter(byte b) {
        return upper(b) || (b >= 'a' && b <= 'z');
    }

    static boolean upper(byte b) {
        return b >= 'A' && b <= 'Z';
    }

    static boolean space(byte b) {
        return b == ' ' || b == '\t';
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hex(byte b) {
        return digit(b) ? b - '0' : b >= 'a' && b <= 'f' ? b - 'a' + 10 : b >= 'A' && b <= 'F' ? b - 'A' + 10 : -1;
    }
}
