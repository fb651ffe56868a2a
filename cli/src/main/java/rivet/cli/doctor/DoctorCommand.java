package rivet.cli.doctor;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "doctor",
        description = {
            "Look whether this machine has what Rivet needs.",
            "",
            "Looks at the JDK, Deno, Node with npm, the ports, Postgres, the clock, the disk and control groups: one line"
                    + " each, ok, warn or fail, with what to do about it. Changes nothing. Exits 0 if nothing fails, also"
                    + " with warnings, and 1 if something does.",
            "",
            "Postgres is the one of SPRING_DATASOURCE_URL, if set; else the embedded one of the dev server."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet doctor", "  rivet doctor --json | jq -r '.checks[] | select(.level == \"fail\")'"})
public final class DoctorCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Mixin
    private final ServerOptions serverOptions;

    public DoctorCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
        this.serverOptions = new ServerOptions(surroundings);
    }

    @Override
    public Integer call() {
        var programs = new Programs(surroundings);
        var checks = Stream.of(
                        programs.checks(),
                        new Network(surroundings, serverOptions.endpoint()).checks(),
                        new Machine(surroundings).checks())
                .flatMap(List::stream)
                .toList();
        boolean fails = checks.stream().anyMatch(check -> check.level() == Check.Level.FAIL);
        output.result(new Document(!fails, checks), () -> print(checks, fails));
        return (fails ? ExitCode.FAILED : ExitCode.OK).number();
    }

    private void print(List<Check> checks, boolean fails) {
        int width =
                checks.stream().mapToInt(check -> check.name().length()).max().orElse(0);
        for (var check : checks) {
            var remedy = check.remedy() == null ? "" : "; " + check.remedy();
            output.say("%s  %s  %s%s"
                    .formatted(
                            colour(check.level()),
                            check.name() + " ".repeat(width - check.name().length()),
                            check.found(),
                            remedy));
        }
        if (!fails) {
            output.next(surroundings.command() + " quickstart");
        }
    }

    private String colour(Check.Level level) {
        var text = "%-4s".formatted(level);
        if (!surroundings.colours()) {
            return text;
        }
        var code = switch (level) {
            case OK -> 32;
            case WARN -> 33;
            case FAIL -> 31;
        };
        return "\u001b[%dm%s\u001b[0m".formatted(code, text);
    }

    /** @param ok whether nothing fails */
    private record Document(boolean ok, List<Check> checks) {}
}
