package rivet.cli.terminal;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import rivet.protocol.Wire;

/**
 * What a command prints. The result goes to standard output: one JSON document with {@code --json}, else text for people.
 * Progress and warnings go to standard error, so that they never end up in a pipe.
 */
public final class Output {

    private static final String NONE = "-";

    private final Surroundings surroundings;

    @Option(names = "--json", description = "Print one JSON document to standard output, and nothing else there.")
    private boolean json;

    public Output(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public boolean isJson() {
        return json;
    }

    public void progress(String line) {
        surroundings.err().println(line);
    }

    public void warn(String line) {
        surroundings.err().println("warning: " + line);
    }

    /** The document for programs, or else the text for people. */
    public void result(Object document, Runnable forPeople) {
        if (json) {
            document(surroundings, document);
        } else {
            forPeople.run();
        }
    }

    /** For streams, which are not one document: a JSON object a line, or else the text. */
    public void line(Object document, String forPeople) {
        surroundings.out().println(json ? Wire.JSON.writeValueAsString(document) : forPeople);
    }

    public void say(String line) {
        surroundings.out().println(line);
    }

    /** The commands that make sense now. */
    public void next(String... commands) {
        say("");
        say("Next:");
        for (var command : commands) {
            say("  " + command);
        }
    }

    public String emphasised(String text) {
        return surroundings.colours() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    public void table(List<String> head, List<List<String>> rows) {
        Table.lines(head, rows).forEach(this::say);
    }

    public static String orNone(@Nullable Object value) {
        return value == null ? NONE : value.toString();
    }

    public static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        if (bytes < 1024 * 1024) {
            return decimal(bytes / 1024.0) + " KiB";
        }
        double mebibytes = bytes / 1024.0 / 1024.0;
        return mebibytes < 1024 ? decimal(mebibytes) + " MiB" : decimal(mebibytes / 1024.0) + " GiB";
    }

    public static String seconds(Duration duration) {
        return decimal(duration.toMillis() / 1000.0) + " s";
    }

    static void document(Surroundings surroundings, Object document) {
        surroundings.out().println(Wire.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }
}
