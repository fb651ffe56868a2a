package rivet.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "completion",
        description = {
            "Print a script that has your shell complete rivet's commands and options.",
            "One script serves both shells: zsh loads bash's completions. There is none for fish."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(rivet completion bash)      # in ~/.bashrc",
            "  source <(rivet completion zsh)       # in ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {

    enum Shell {
        bash,
        zsh
    }

    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before the call
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    @SuppressWarnings("unused") // one script serves both
    private Shell shell = Shell.bash;

    CompletionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        surroundings.out().print(AutoComplete.bash("rivet", spec.root().commandLine()));
        return ExitCode.OK.number();
    }
}
