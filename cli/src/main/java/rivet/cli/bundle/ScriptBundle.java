package rivet.cli.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import rivet.cli.project.Build;
import rivet.cli.terminal.ExitCode;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.protocol.Wire;
import tools.jackson.databind.JsonNode;

/** A script and all that it imports, as one ES module for Deno, with a source map inside that names the author's files. */
final class ScriptBundle {

    private static final Duration BUNDLE_DEADLINE = Duration.ofMinutes(2);

    /** Gives packages written for Node's older module system the {@code require} that they expect. */
    private static final String REQUIRE =
            "import{createRequire as __rivetCreateRequire}from\"node:module\";const require=__rivetCreateRequire(import.meta.url);";

    private static final String MODULE = "index.js";
    private static final String METADATA = "metadata.json";

    private final EsbuildTool tool;
    private final Output output;

    ScriptBundle(EsbuildTool tool, Output output) {
        this.tool = tool;
        this.output = output;
    }

    Path bundle(Path project, Build.Script build, Path scratch) {
        var imports = run(project, build, scratch, List.of());
        if (imports.stream().anyMatch(each -> each.kind.equals("require-call"))) {
            // Only where it is needed, because it costs every start of the actor a module.
            run(project, build, scratch, List.of("--banner:js=" + REQUIRE));
        }
        var module = scratch.resolve(MODULE);
        if (build.bundling().noBundler()) {
            return project.resolve(build.script());
        }
        SourceMap.putInto(module, project);
        if (build.bundling().dumpBuild()) {
            output.progress("the build of %s is kept in %s".formatted(build.name(), dump(scratch)));
        }
        return module;
    }

    private List<Import> run(Path project, Build.Script build, Path scratch, List<String> more) {
        var ended = Subprocess.runOrFail(project, BUNDLE_DEADLINE, command(build, scratch, more));
        if (ended.exitCode() != 0) {
            throw EsbuildErrors.failure(ended.said());
        }
        if (!ended.said().isBlank()) {
            output.progress(ended.said().strip());
        }
        var result = result(scratch);
        refuseWithoutDefaultExport(build, result);
        var imports = result.path("imports").valueStream().map(Import::of).toList();
        refuseForeign(build, imports);
        return imports;
    }

    private List<String> command(Build.Script build, Path scratch, List<String> more) {
        var bundling = build.bundling();
        var command = new ArrayList<>(List.of(
                tool.program().toString(),
                build.script(),
                "--outfile=" + scratch.resolve(MODULE),
                "--metafile=" + scratch.resolve(METADATA),
                "--format=esm",
                "--target=esnext",
                "--charset=utf8",
                "--color=false",
                "--log-level=" + bundling.logLevel()));
        if (!bundling.noBundler()) {
            command.addAll(List.of(
                    "--bundle",
                    "--platform=node",
                    "--conditions=deno,worker",
                    "--main-fields=module,main",
                    "--legal-comments=none",
                    "--sourcemap=external",
                    "--sources-content=false"));
            command.addAll(NodeModules.aliases());
        }
        if (bundling.minify() && !bundling.noBundler()) {
            // Not the names: they are what a stack trace is read for.
            command.addAll(List.of("--minify-whitespace", "--minify-syntax"));
        }
        if (bundling.analyzeResult()) {
            command.add("--analyze");
        }
        command.addAll(more);
        return command;
    }

    private static JsonNode result(Path scratch) {
        return Wire.JSON
                .readTree(scratch.resolve(METADATA))
                .path("outputs")
                .valueStream()
                .filter(output -> output.has("entryPoint"))
                .findFirst()
                .orElseThrow();
    }

    private static void refuseWithoutDefaultExport(Build.Script build, JsonNode result) {
        if (result.path("exports")
                .valueStream()
                .noneMatch(name -> name.asString().equals("default"))) {
            throw new Failure(
                            ExitCode.FAILED, "NO_DEFAULT_EXPORT", "%s has no default export".formatted(build.script()))
                    .withRemedy("export what starts the actor: export default { async start(ctx) { … } }");
        }
    }

    private static void refuseForeign(Build.Script build, List<Import> imports) {
        imports.stream().filter(Import::isForeign).findFirst().ifPresent(foreign -> {
            throw new Failure(
                            ExitCode.FAILED,
                            "IMPORT_NOT_BUNDLED",
                            "%s imports \"%s\", which cannot be put into the bundle"
                                    .formatted(build.script(), foreign.path))
                    .withRemedy(EsbuildErrors.remedy(foreign.path));
        });
    }

    private static Path dump(Path scratch) {
        try {
            var kept = Files.createTempDirectory("rivet-build-");
            for (var name : List.of(MODULE, MODULE + ".map", METADATA)) {
                Files.copy(scratch.resolve(name), kept.resolve(name));
            }
            return kept;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the module still loads when it runs. */
    private record Import(String path, String kind) {

        static Import of(JsonNode node) {
            return new Import(node.path("path").asString(), node.path("kind").asString());
        }

        boolean isForeign() {
            return !path.startsWith("node:") && !NodeModules.NAMES.contains(path) && !isOptional();
        }

        /** The bundler leaves a name that it does not find only where the code catches that, as packages do with optional ones. */
        private boolean isOptional() {
            return !kind.equals("import-statement") && !path.contains(":");
        }
    }
}
