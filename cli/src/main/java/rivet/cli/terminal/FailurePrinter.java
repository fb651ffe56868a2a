package rivet.cli.terminal;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells the caller why a command failed: the text on standard error, and the document where one was asked for. */
public final class FailurePrinter {

    private FailurePrinter() {}

    public static void print(Surroundings surroundings, Failure failure, boolean json) {
        var report = failure.report();
        surroundings.err().println(label(surroundings) + report.message());
        var details = Stream.of(
                        detail("code", report.code()), detail("field", report.field()), detail("ray", report.rayId()))
                .filter(detail -> !detail.isEmpty())
                .collect(Collectors.joining("  "));
        surroundings.err().println("  " + details);
        if (report.remedy() != null) {
            surroundings.err().println("  " + report.remedy());
        }
        if (json) {
            Output.document(surroundings, new Failure.Report.Document(report));
        }
    }

    private static String detail(String name, @org.jspecify.annotations.Nullable String value) {
        return value == null ? "" : name + ": " + value;
    }

    private static String label(Surroundings surroundings) {
        return surroundings.colours() ? "\u001b[31merror:\u001b[0m " : "error: ";
    }
}
