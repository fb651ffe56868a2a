package rivet.cli.terminal;

import java.time.Duration;
import java.util.regex.Pattern;

/** Reads how long something lasts: {@code 90d}, {@code 12h}, {@code 30m}, {@code 45s}. */
public final class Span {

    private static final Pattern WRITTEN = Pattern.compile("([1-9][0-9]{0,5})([dhms])");

    private Span() {}

    public static Duration parse(String option, String text) {
        var span = WRITTEN.matcher(text);
        if (!span.matches()) {
            throw Failure.badInput(
                    "BAD_OPTION", "%s: '%s' (expected: such as 90d, 12h, 30m or 45s)".formatted(option, text));
        }
        long count = Long.parseLong(span.group(1));
        return switch (span.group(2)) {
            case "d" -> Duration.ofDays(count);
            case "h" -> Duration.ofHours(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofSeconds(count);
        };
    }
}
