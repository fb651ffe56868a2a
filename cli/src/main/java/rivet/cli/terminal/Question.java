package rivet.cli.terminal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks the person at the terminal. */
public final class Question {

    private final Surroundings surroundings;

    public Question(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** @return no, unless the answer is a yes */
    public boolean isYes(String question) {
        surroundings.err().print(question + " [y/N] ");
        surroundings.err().flush();
        var answer = line();
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    }

    /** Ends the command unless the answer is a yes; where nobody can be asked, the option {@code --yes} is the answer. */
    public void demandYes(boolean saidAlready, String question) {
        if (saidAlready) {
            return;
        }
        if (!surroundings.interactive()) {
            throw Failure.badInput("NOT_CONFIRMED", question + " (expected: --yes, where nobody can be asked)");
        }
        if (!isYes(question)) {
            throw Failure.badInput("NOT_CONFIRMED", "nothing was done");
        }
    }

    /** What is typed is not shown. Without a terminal it is the first line of standard input. */
    public String secret(String prompt) {
        var console = surroundings.interactive() ? System.console() : null;
        if (console != null) {
            return String.valueOf(console.readPassword("%s", prompt)).strip();
        }
        var line = line();
        return line == null ? "" : line.strip();
    }

    private @Nullable String line() {
        try {
            return new BufferedReader(new InputStreamReader(surroundings.in(), StandardCharsets.UTF_8)).readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
