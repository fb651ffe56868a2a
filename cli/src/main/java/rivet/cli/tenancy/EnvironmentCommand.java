package rivet.cli.tenancy;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.server.StoredSettings;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.EnvironmentView;

@Command(
        name = "env",
        aliases = "environment",
        description = "Environments of a project: each has its own builds, actors, routes and tokens.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            EnvironmentCommand.ListEnvironments.class,
            EnvironmentCommand.CreateEnvironment.class,
            EnvironmentCommand.DeleteEnvironment.class,
            EnvironmentCommand.SelectEnvironment.class
        })
public final class EnvironmentCommand {

    @Command(
            name = "list",
            description = "List the environments of the project; a star marks the one that commands are about.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet env list --project games")
    static final class ListEnvironments extends ServerCommand {

        ListEnvironments(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var environments = environments(server, serverOptions.project());
            output.result(environments, () -> {
                output.table(
                        List.of("ENVIRONMENT", "CREATED", "ID"),
                        environments.environments().stream().map(this::row).toList());
                output.next(rivet("env select SLUG"));
            });
        }

        private List<String> row(EnvironmentView environment) {
            var mark = environment.slug().equals(serverOptions.environment()) ? " *" : "";
            return List.of(environment.slug() + mark, environment.createdAt().toString(), environment.id());
        }
    }

    @Command(
            name = "create",
            description = "Make an environment in the project.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet env create staging")
    static final class CreateEnvironment extends ServerCommand {

        @Parameters(paramLabel = "SLUG", description = "Its name: small letters, digits and single dashes.")
        private String slug = "";

        CreateEnvironment(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            Slug.check(slug);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var made = server.call(
                    "POST",
                    path(serverOptions.project()),
                    Map.of(),
                    new EnvironmentView.CreateRequest(slug),
                    EnvironmentView.One.class);
            output.result(made, () -> {
                output.say("environment %s of project %s is made".formatted(slug, serverOptions.project()));
                output.next(rivet("env select " + slug), rivet("token create ci --scopes deploy -e " + slug));
            });
        }
    }

    @Command(
            name = "delete",
            description = "Remove an environment of the project, which must never have had builds or actors.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet env delete staging")
    static final class DeleteEnvironment extends ServerCommand {

        @Parameters(paramLabel = "SLUG", description = "The environment.")
        private String slug = "";

        DeleteEnvironment(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            Slug.check(slug);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            server.call("DELETE", path(serverOptions.project()) + "/" + slug, Map.of(), null);
            output.result(new Selected(serverOptions.project(), slug), () -> {
                output.say("environment %s of project %s is removed".formatted(slug, serverOptions.project()));
                output.next(rivet("env list"));
            });
        }
    }

    @Command(
            name = "select",
            description = {
                "Have later commands be about this environment of the project, on this server.",
                "Options and RIVET_PROJECT, RIVET_ENVIRONMENT win over it."
            },
            footerHeading = "%nExamples:%n",
            footer = {"  rivet env select staging", "  rivet env select --project games prod"})
    static final class SelectEnvironment extends ServerCommand {

        @Parameters(paramLabel = "SLUG", description = "The environment.")
        private String slug = "";

        SelectEnvironment(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            Slug.check(slug);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var project = serverOptions.project();
            var there = environments(server, project).environments().stream()
                    .map(EnvironmentView::slug)
                    .toList();
            if (!there.contains(slug)) {
                throw new Failure(
                        ExitCode.NOT_FOUND,
                        "ENVIRONMENT_NOT_FOUND",
                        "project %s has no environment '%s' (it has: %s)"
                                .formatted(project, slug, String.join(", ", there)));
            }
            StoredSettings.read(surroundings)
                    .selected(serverOptions.endpoint(), project, slug)
                    .write(surroundings);
            output.result(new Selected(project, slug), () -> {
                output.say("commands are about environment %s of project %s now, at %s"
                        .formatted(slug, project, serverOptions.endpoint()));
                output.next(rivet("actor list"));
            });
        }
    }

    private static EnvironmentView.Many environments(ControlPlaneClient server, String project) {
        return server.get(path(project), Map.of(), EnvironmentView.Many.class);
    }

    private static String path(String project) {
        return "/projects/" + Slug.check(project) + "/environments";
    }

    private record Selected(String project, String environment) {}
}
