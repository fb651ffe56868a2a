package rivet.cli.project;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The name that was probably meant. */
public final class Nearest {

    private Nearest() {}

    /** @return null where nothing known is near enough to be a guess */
    public static @Nullable String of(String written, Collection<String> known) {
        int bound = Math.max(2, written.length() / 3);
        return known.stream()
                .filter(name -> distance(written, name) <= bound)
                .min(Comparator.comparingInt(name -> distance(written, name)))
                .orElse(null);
    }

    /** Levenshtein's, whatever the case. */
    private static int distance(String one, String other) {
        var from = one.toLowerCase(Locale.ROOT);
        var to = other.toLowerCase(Locale.ROOT);
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            above = row(above, i, from.charAt(i - 1), to);
        }
        return above[to.length()];
    }

    private static int[] row(int[] above, int i, char letter, String to) {
        int[] row = new int[to.length() + 1];
        row[0] = i;
        for (int j = 1; j <= to.length(); j++) {
            int replaced = above[j - 1] + (letter == to.charAt(j - 1) ? 0 : 1);
            row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
        }
        return row;
    }
}
