package rivet.cli.project;

import java.nio.file.Path;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;

/** The file that is read; says where in it a mistake is, in the form that editors and terminals make a link of. */
record Source(Path file) {

    Failure mistake(Place at, String message) {
        return mistake(at, message, null);
    }

    Failure mistake(Place at, String message, @org.jspecify.annotations.Nullable String field) {
        return new Failure(
                ExitCode.BAD_INPUT,
                new Failure.Report(
                        "PROJECT_FILE_INVALID",
                        "%s:%s: %s".formatted(file.getFileName(), at, message),
                        field,
                        null,
                        null));
    }
}
