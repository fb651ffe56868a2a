package rivet.cli.terminal;

import org.jspecify.annotations.Nullable;

/** Ends a command: what went wrong, in words for the caller, and with a stable code for programs. */
public final class Failure extends RuntimeException {

    private final ExitCode exit;
    private final transient Report report;

    public Failure(ExitCode exit, Report report) {
        super(report.message());
        this.exit = exit;
        this.report = report;
    }

    public Failure(ExitCode exit, String code, String message) {
        this(exit, new Report(code, message, null, null, null));
    }

    public static Failure badInput(String code, String message) {
        return new Failure(ExitCode.BAD_INPUT, code, message);
    }

    public Failure withRemedy(String remedy) {
        return new Failure(exit, new Report(report.code, report.message, report.field, report.rayId, remedy));
    }

    public ExitCode exit() {
        return exit;
    }

    public Report report() {
        return report;
    }

    /**
     * @param code stable
     * @param field what in the input is at fault
     * @param rayId finds the request in the server's log
     * @param remedy what to do about it
     */
    public record Report(
            String code,
            String message,
            @Nullable String field,
            @Nullable String rayId,
            @Nullable String remedy) {

        /** The body of {@code --json}. */
        public record Document(Report error) {}
    }
}
