package rivet.cli.tenancy;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.api.ProjectView;

@Command(
        name = "project",
        description = "Projects: what belongs together, in one or more environments.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ProjectCommand.ListProjects.class,
            ProjectCommand.CreateProject.class,
            ProjectCommand.DeleteProject.class
        })
public final class ProjectCommand {

    @Command(
            name = "list",
            description = "List the projects that your token may see.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet project list")
    static final class ListProjects extends ServerCommand {

        ListProjects(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var projects = server.get("/projects", Map.of(), ProjectView.Many.class);
            output.result(projects, () -> {
                output.table(
                        List.of("PROJECT", "CREATED", "ID"),
                        projects.projects().stream()
                                .map(project -> List.of(
                                        project.slug(), project.createdAt().toString(), project.id()))
                                .toList());
                output.next(rivet("env list --project "
                        + (projects.projects().isEmpty()
                                ? "…"
                                : projects.projects().getFirst().slug())));
            });
        }
    }

    @Command(
            name = "create",
            description = "Make a project. It has no environment yet.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet project create games && rivet env create --project games prod")
    static final class CreateProject extends ServerCommand {

        @Parameters(paramLabel = "SLUG", description = "Its name: small letters, digits and single dashes.")
        private String slug = "";

        CreateProject(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            Slug.check(slug);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            var made = server.call(
                    "POST", "/projects", Map.of(), new ProjectView.CreateRequest(slug), ProjectView.One.class);
            output.result(made, () -> {
                output.say("project %s is made".formatted(made.project().slug()));
                output.next(rivet("env create --project %s prod".formatted(slug)));
            });
        }
    }

    @Command(
            name = "delete",
            description = "Remove a project, which must have no environments.",
            footerHeading = "%nExamples:%n",
            footer = "  rivet project delete games")
    static final class DeleteProject extends ServerCommand {

        @Parameters(paramLabel = "SLUG", description = "The project.")
        private String slug = "";

        DeleteProject(Surroundings surroundings) {
            super(surroundings);
        }

        @Override
        protected void check() {
            Slug.check(slug);
        }

        @Override
        protected void run(ControlPlaneClient server) {
            server.call("DELETE", "/projects/" + slug, Map.of(), null);
            output.result(new Document(slug), () -> {
                output.say("project %s is removed".formatted(slug));
                output.next(rivet("project list"));
            });
        }
    }

    private record Document(String project) {}
}
