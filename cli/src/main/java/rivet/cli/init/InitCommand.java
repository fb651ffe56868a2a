package rivet.cli.init;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;

@Command(
        name = "init",
        description = {
            "Make a new project: an actor in TypeScript, its types, and a rivet.json.",
            "Files that are there are never overwritten."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  rivet init my-app", "  cd my-app && rivet deploy"})
public final class InitCommand implements Callable<Integer> {

    /** The template's file → where it goes. The types are our package, so that an editor knows them without a registry. */
    private static final Map<String, String> FILES = files();

    private static final String OTHERWISE = "my-actor";

    private final Surroundings surroundings;

    @Mixin
    private final Output output;

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "The folder (else this one).")
    private Path folder = Path.of("");

    public InitCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.output = new Output(surroundings);
    }

    @Override
    public Integer call() {
        var target = surroundings.directory().resolve(folder).normalize();
        var name = name(target);
        var written = write(target, name);
        output.result(new Document(target.toString(), name, written), () -> {
            output.say("made %s in %s".formatted(name, target));
            written.forEach(file -> output.say("  " + file));
            output.next(next());
        });
        return ExitCode.OK.number();
    }

    private List<String> write(Path target, String name) {
        refuseToOverwrite(target);
        var written = new ArrayList<String>();
        FILES.forEach((template, file) -> {
            create(target.resolve(file), template(template).replace("{{name}}", name));
            written.add(file);
        });
        return written;
    }

    private static void refuseToOverwrite(Path target) {
        var there = new ArrayList<>(FILES.values());
        there.add("rivet.jsonc");
        there.removeIf(file -> !Files.exists(target.resolve(file)));
        if (!there.isEmpty()) {
            throw Failure.badInput(
                    "FILE_EXISTS",
                    "%s has %s already; nothing was written".formatted(target, String.join(", ", there)));
        }
    }

    private static void create(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String template(String name) {
        try (var resource = InitCommand.class.getResourceAsStream("/rivet/cli/init/" + name)) {
            if (resource == null) {
                throw new IllegalStateException("the template %s is missing from this build".formatted(name));
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder's name, as a package and a tag may be called. */
    private static String name(Path target) {
        var name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        var trimmed = name.replaceAll("^-+|-+$", "");
        return trimmed.isEmpty() ? OTHERWISE : trimmed;
    }

    private String[] next() {
        var command = surroundings.command();
        var deploy = List.of(command + " dev          # in another terminal", command + " deploy");
        if (folder.toString().isEmpty()) {
            return deploy.toArray(String[]::new);
        }
        var all = new ArrayList<>(List.of("cd " + folder));
        all.addAll(deploy);
        return all.toArray(String[]::new);
    }

    private static Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        files.put("rivet.json", "rivet.json");
        files.put("main.ts", "src/main.ts");
        files.put("package.json", "package.json");
        files.put("tsconfig.json", "tsconfig.json");
        files.put("gitignore", ".gitignore");
        files.put("README.md", "README.md");
        files.put("types/package.json", "types/rivet-actor/package.json");
        files.put("types/index.d.ts", "types/rivet-actor/index.d.ts");
        return files;
    }

    /** @param files relative to the folder */
    private record Document(String folder, String name, List<String> files) {}
}
