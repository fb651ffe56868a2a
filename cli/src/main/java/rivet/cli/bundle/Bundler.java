package rivet.cli.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import rivet.cli.project.Build;
import rivet.cli.project.ProjectFile;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.BuildKind;

/** The door of this room: a build of a project file → its artifact. */
public final class Bundler {

    private final ScriptBundle scripts;
    private final Npm npm;

    public Bundler(Surroundings surroundings, Output output) {
        this.npm = new Npm(surroundings, output);
        this.scripts = new ScriptBundle(new EsbuildTool(surroundings, npm, output), output);
    }

    /** @param scratch an empty folder of the caller's */
    public Artifact bundle(ProjectFile project, Build build, Path scratch) {
        return switch (build) {
            case Build.Script script -> script(project, script, scratch);
            case Build.Executable executable -> executable(project, executable, scratch);
            case Build.Jar jar -> jar(project, jar);
            case Build.NotYet notYet ->
                throw project.mistake(
                        notYet.at(),
                        "'%s' is %s, which this version cannot deploy yet (expected: a build with 'script', 'jar' or 'executable')"
                                .formatted(notYet.name(), notYet.what()));
        };
    }

    private Artifact script(ProjectFile project, Build.Script script, Path scratch) {
        if (!script.bundling().compression().equals("none")) {
            throw project.mistake(
                    script.at(),
                    "'%s' wants compression, which this version does not have yet".formatted(script.name()));
        }
        if (!Files.isRegularFile(project.folder().resolve(script.script()))) {
            throw project.mistake(script.scriptAt(), "script: no file %s".formatted(script.script()));
        }
        npm.installDependencies(project.folder());
        var module = scripts.bundle(project.folder(), script, scratch);
        return artifact(BuildKind.JAVASCRIPT, "index.js", "text/javascript", module);
    }

    private static Artifact executable(ProjectFile project, Build.Executable executable, Path scratch) {
        var program = project.folder().resolve(executable.executable());
        if (!Files.exists(program)) {
            throw project.mistake(
                    executable.executableAt(), "executable: no file or folder %s".formatted(executable.executable()));
        }
        if (Files.isDirectory(program) && !Files.isRegularFile(program.resolve(ExecutableArchive.START))) {
            throw project.mistake(
                    executable.executableAt(),
                    "executable: the folder %s has no file '%s', which is what runs"
                            .formatted(executable.executable(), ExecutableArchive.START));
        }
        var archive = scratch.resolve("executable.tar");
        ExecutableArchive.write(program, archive);
        return artifact(BuildKind.EXECUTABLE, "executable.tar", "application/x-tar", archive);
    }

    private static Artifact jar(ProjectFile project, Build.Jar build) {
        var jar = project.folder().resolve(build.jar());
        if (!Files.isRegularFile(jar)) {
            throw project.mistake(
                    build.jarAt(),
                    "jar: no file %s (build it first, such as with 'mvn package')".formatted(build.jar()));
        }
        ActorJar.mistake(jar).ifPresent(mistake -> {
            throw project.mistake(build.jarAt(), "jar: %s %s".formatted(build.jar(), mistake));
        });
        return artifact(BuildKind.JAVA, "actor.jar", "application/java-archive", jar);
    }

    private static Artifact artifact(BuildKind kind, String name, String contentType, Path file) {
        try {
            return new Artifact(kind, name, contentType, file, Files.size(file), Digest.sha256(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
