package rivet.agent.proxy.http;

import org.jspecify.annotations.Nullable;

/** What the Connection fields of one head say. */
final class ConnectionOptions {

    /** Each further option costs a comparison with every field. */
    private static final int MAX_OTHERS = 16;

    private boolean close;
    private boolean keepAlive;
    private boolean upgrade;
    private int others;

    void clear() {
        close = false;
        keepAlive = false;
        upgrade = false;
        others = 0;
    }

    @Nullable
    Refusal read(byte[] bytes, int from, int to) {
        for (int at = from; at < to; ) {
            int end = optionEnd(bytes, at, to);
            int last = trimmedEnd(bytes, at, end);
            if (!option(bytes, at, last)) {
                return Refusal.malformed("Connection is not a list of at most %d names.".formatted(MAX_OTHERS));
            }
            at = next(bytes, end, to);
        }
        return null;
    }

    private boolean option(byte[] bytes, int from, int to) {
        if (is(bytes, from, to, "close")) {
            close = true;
        } else if (is(bytes, from, to, "keep-alive")) {
            keepAlive = true;
        } else if (is(bytes, from, to, "upgrade")) {
            upgrade = true;
        } else if (from < to) {
            others++;
        }
        for (int i = from; i < to; i++) {
            if (!Chars.token(bytes[i])) {
                return false;
            }
        }
        return others <= MAX_OTHERS;
    }

    /** Whether the list in {@code list} holds the name in {@code bytes}. */
    static boolean names(byte[] list, int listFrom, int listTo, byte[] bytes, int from, int to) {
        for (int at = listFrom; at < listTo; ) {
            int end = optionEnd(list, at, listTo);
            if (same(list, at, trimmedEnd(list, at, end), bytes, from, to)) {
                return true;
            }
            at = next(list, end, listTo);
        }
        return false;
    }

    private static boolean same(byte[] left, int leftFrom, int leftTo, byte[] right, int from, int to) {
        if (leftTo - leftFrom != to - from) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (Chars.folded(left[leftFrom + i]) != Chars.folded(right[from + i])) {
                return false;
            }
        }
        return true;
    }

    private static int optionEnd(byte[] bytes, int from, int to) {
        int end = from;
        while (end < to && bytes[end] != ',') {
            end++;
        }
        return end;
    }

    private static int trimmedEnd(byte[] bytes, int from, int end) {
        int last = end;
        while (last > from && Chars.space(bytes[last - 1])) {
            last--;
        }
        return last;
    }

    private static int next(byte[] bytes, int comma, int to) {
        int at = comma + 1;
        while (at < to && Chars.space(bytes[at])) {
            at++;
        }
        return at;
    }

    static boolean is(byte[] bytes, int from, int to, String lower) {
        if (to - from != lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            byte b = bytes[from + i];
            if ((Chars.upper(b) ? b + 32 : b) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean close() {
        return close;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    boolean upgrade() {
        return upgrade;
    }

    boolean others() {
        return others > 0;
    }
}
