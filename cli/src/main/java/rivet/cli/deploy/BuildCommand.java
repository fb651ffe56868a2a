package rivet.cli.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import rivet.cli.server.ServerOptions;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "build",
        description = "The builds that the server has.",
        subcommands = BuildCommand.ListBuilds.class,
        synopsisSubcommandLabel = "COMMAND")
public final class BuildCommand {

    @Command(name = "list", description = "List builds, newest first.")
    static final class ListBuilds implements Callable<Integer> {

        @Mixin
        private final Output output;

        @Mixin
        private final ServerOptions serverOptions;

        @Option(
                names = {"-t", "--tags"},
                paramLabel = "KEY=VALUE,…",
                description = "Only builds that have these tags.")
        private List<String> tags = new ArrayList<>();

        ListBuilds(Surroundings surroundings) {
            this.output = new Output(surroundings);
            this.serverOptions = new ServerOptions(surroundings);
        }

        @Override
        public Integer call() {
            try (var server = serverOptions.connect()) {
                var builds = server.builds(Pairs.parse("--tags", tags));
                output.result(
                        builds,
                        () -> output.table(
                                List.of("BUILD", "NAME", "SIZE", "CREATED", "TAGS"),
                                builds.builds().stream()
                                        .map(build -> List.of(
                                                build.id(),
                                                build.tags().getOrDefault("name", build.name()),
                                                Output.size(build.contentLength()),
                                                build.createdAt().toString(),
                                                Pairs.print(build.tags())))
                                        .toList()));
            }
            return ExitCode.OK.number();
        }
    }
}
