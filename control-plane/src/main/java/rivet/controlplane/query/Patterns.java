package rivet.controlplane.query;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Regular expressions of callers. The engine is linear in the text, but also in the pattern with its repetitions written out,
 * and {@code ((a{99}){99}){99}} is a million letters: so that size is reckoned first and bounded for a query as a whole.
 */
final class Patterns {

    private static final int MAX_SIZE = 1_000;

    private int size;

    /** @throws IllegalQuery if it is not one, or too large together with those before */
    Pattern compile(String text, boolean folded, String at) {
        size = Math.min(size + reckon(text), MAX_SIZE + 1);
        if (size > MAX_SIZE) {
            throw new IllegalQuery(
                    at,
                    "too large (expected: patterns of at most %d characters and classes, all repetitions written out)"
                            .formatted(MAX_SIZE));
        }
        try {
            return Pattern.compile(text, folded ? Pattern.CASE_INSENSITIVE : 0);
        } catch (PatternSyntaxException e) {
            throw new IllegalQuery(
                    at,
                    "%s (expected: a regular expression without back-references or look-around)"
                            .formatted(e.getMessage()));
        }
    }

    /** Never less than what the engine makes of it, up to a constant; what is no pattern may come out as anything. */
    private static int reckon(String text) {
        return (int) Math.min(new Reckoning(text).total(), MAX_SIZE + 1L);
    }

    /** Sizes of the sequence being read and of those around it. */
    private static final class Reckoning {

        private final String text;
        private final Deque<Long> around = new ArrayDeque<>();
        private int at;
        private long sequence;
        private long last;

        Reckoning(String text) {
            this.text = text;
        }

        long total() {
            while (at < text.length()) {
                step();
            }
            // Groups that were never closed count as well.
            return around.stream().mapToLong(Long::longValue).sum() + sequence + last;
        }

        private void step() {
            switch (text.charAt(at)) {
                case '(' -> open();
                case ')' -> close();
                case '[' -> atom(afterClass());
                case '\\' -> escape();
                case '{' -> repeat();
                default -> atom(at + 1);
            }
        }

        private void atom(int end) {
            sequence = bounded(sequence + last);
            last = 1;
            at = end;
        }

        private void open() {
            around.push(bounded(sequence + last));
            sequence = 0;
            last = 0;
            at++;
        }

        private void close() {
            last = bounded(sequence + last + 1);
            sequence = around.isEmpty() ? 0 : around.pop();
            at++;
        }

        private void escape() {
            if (!text.startsWith("\\Q", at)) {
                atom(at + 2);
                return;
            }
            var end = text.indexOf("\\E", at);
            var literal = end < 0 ? text.length() : end;
            sequence = bounded(sequence + last + literal - at);
            last = 1;
            at = end < 0 ? literal : literal + 2;
        }

        private void repeat() {
            var close = text.indexOf('}', at);
            var counts = close < 0 ? "" : text.substring(at + 1, close);
            if (!counts.matches("\\d{1,9}(,\\d{0,9})?")) {
                atom(at + 1);
                return;
            }
            var most = Arrays.stream(counts.split(","))
                    .mapToLong(Long::parseLong)
                    .max()
                    .orElse(1);
            last = bounded(last * Math.max(1, most));
            at = close + 1;
        }

        private int afterClass() {
            var i = at + 1;
            i += text.startsWith("^", i) ? 1 : 0;
            i += text.startsWith("]", i) ? 1 : 0;
            while (i < text.length() && text.charAt(i) != ']') {
                var named = text.startsWith("[:", i) ? text.indexOf(":]", i) : -1;
                i = named >= 0 ? named + 2 : text.charAt(i) == '\\' ? i + 2 : i + 1;
            }
            return i + 1;
        }

        /** Beyond the bound it does not matter by how much, and nothing overflows. */
        private static long bounded(long size) {
            return Math.min(size, MAX_SIZE + 1L);
        }
    }
}
