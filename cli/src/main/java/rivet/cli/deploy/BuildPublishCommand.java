package rivet.cli.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import rivet.cli.project.Build;
import rivet.cli.project.Place;
import rivet.cli.project.ProjectFile;
import rivet.cli.project.ReservedTags;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.server.ServerCommand;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Pairs;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "publish",
        description = {
            "Bundle and upload one build, without a rivet.json, and make it the current one of its name.",
            "",
            "PATH is a script (.js, .mjs, .ts, .mts, .jsx or .tsx); or a program: a file, or a folder with a file 'start'."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rivet build publish room src/room.ts",
            "  rivet build publish tool ./tool --version 3 -t team=games --upgrade"
        })
final class BuildPublishCommand extends ServerCommand {

    @Mixin
    private final Upgrading upgrading;

    @Parameters(index = "0", paramLabel = "NAME", description = "What the build is called.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "The script or program.")
    private Path path = Path.of("");

    @Option(
            names = {"-t", "--tags"},
            paramLabel = "KEY=VALUE,…",
            description = "More tags of the build.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = {"-v", "--version"},
            paramLabel = "TEXT",
            description = "The tag 'version' (else the time, in UTC; what is current already keeps its own).")
    private @Nullable String version;

    BuildPublishCommand(Surroundings surroundings) {
        super(surroundings);
        this.upgrading = new Upgrading(surroundings);
    }

    @Override
    protected void check() {
        upgrading.check(output);
        if (name.isBlank()) {
            throw Failure.badInput("BAD_OPTION", "NAME: nothing (expected: what the build is called)");
        }
        if (!Files.exists(file())) {
            throw Failure.badInput("BAD_OPTION", "PATH: no file or folder " + path);
        }
        tags();
    }

    private Map<String, String> tags() {
        var read = Pairs.parse("--tags", tags);
        read.forEach((key, value) -> {
            if (ReservedTags.clash(key, value, name)) {
                throw Failure.badInput(
                        "BAD_OPTION", "--tags: '%s' (this one is set anyway; see --version)".formatted(key));
            }
        });
        return read;
    }

    @Override
    protected void run(ControlPlaneClient server) {
        var build = build();
        var deployed = new Deployment(server, surroundings, output)
                .deploy(ProjectFile.of(folder(), build), List.of(build), version, tags());
        var upgraded = upgrading.upgrade(server, output, Deployment.Deployed.current(deployed));
        output.result(new DeployCommand.Document(deployed, upgraded), () -> {
            DeployCommand.print(output, deployed);
            output.next(rivet("actor create -b name=%s -p http --wait".formatted(name)));
        });
    }

    private Build build() {
        var place = new Place(1, 1);
        var file = file().getFileName().toString();
        if (Files.isDirectory(file())) {
            return new Build.Executable(name, place, Map.of(), null, file, place);
        }
        if (file.matches(".*\\.[mc]?[jt]sx?")) {
            return new Build.Script(name, place, Map.of(), null, file, place, Build.Bundling.DEFAULT);
        }
        return file.endsWith(".jar")
                ? new Build.Jar(name, place, Map.of(), null, file, place)
                : new Build.Executable(name, place, Map.of(), null, file, place);
    }

    private Path file() {
        return surroundings.directory().resolve(path).toAbsolutePath().normalize();
    }

    private Path folder() {
        var parent = file().getParent();
        return parent == null ? Path.of("/") : parent;
    }
}
