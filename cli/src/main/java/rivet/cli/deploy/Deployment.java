package rivet.cli.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import rivet.cli.bundle.Artifact;
import rivet.cli.bundle.Bundler;
import rivet.cli.bundle.Folders;
import rivet.cli.project.Build;
import rivet.cli.project.ProjectFile;
import rivet.cli.server.ControlPlaneClient;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Surroundings;
import rivet.protocol.BuildId;
import rivet.protocol.api.BuildView;

/**
 * Bundles all, uploads all, then makes each the current one: a mistake in the last build leaves the server as it was. The
 * tag {@code current} moves in one request, so that at each instant one build of a name has it.
 */
public final class Deployment {

    private static final String CURRENT = "current";

    private final ControlPlaneClient server;
    private final Bundler bundler;
    private final Output output;
    private final InstantSource clock;

    public Deployment(ControlPlaneClient server, Surroundings surroundings, Output output) {
        this.server = server;
        this.bundler = new Bundler(surroundings, output);
        this.output = output;
        this.clock = surroundings.clock();
    }

    /** @param extraTags for each build, beside those of the project file */
    public List<Deployed> deploy(
            ProjectFile project, List<Build> builds, String version, Map<String, String> extraTags) {
        var scratch = scratch();
        try {
            var bundles = new ArrayList<Bundle>();
            for (var build : builds) {
                bundles.add(bundle(project, build, scratch));
            }
            var uploaded = bundles.stream().map(this::upload).toList();
            return uploaded.stream()
                    .map(each -> makeCurrent(each, version, extraTags))
                    .toList();
        } finally {
            Folders.delete(scratch);
        }
    }

    private Bundle bundle(ProjectFile project, Build build, Path scratch) {
        var start = clock.instant();
        var artifact = bundler.bundle(project, build, folder(scratch, build));
        output.progress("%s: bundled, %s in %s"
                .formatted(build.name(), Output.size(artifact.sizeBytes()), Output.seconds(since(start))));
        return new Bundle(build, artifact);
    }

    private Uploaded upload(Bundle bundle) {
        var start = clock.instant();
        var artifact = bundle.artifact;
        var prepared = server.prepareBuild(new BuildView.PrepareRequest(
                null,
                new BuildView.ImageFile(
                        artifact.name(), artifact.contentType(), artifact.sizeBytes(), artifact.sha256()),
                artifact.kind().toString(),
                "none"));
        new Upload(server, artifact.file()).send(prepared.presignedRequests());
        var id = BuildId.parse(prepared.build());
        server.completeBuild(id);
        output.progress("%s: uploaded in %s".formatted(bundle.build.name(), Output.seconds(since(start))));
        return new Uploaded(bundle, id);
    }

    private Deployed makeCurrent(Uploaded uploaded, String version, Map<String, String> extraTags) {
        var build = uploaded.bundle.build;
        var tags = new LinkedHashMap<>(build.tags());
        tags.putAll(extraTags);
        tags.put("name", build.name());
        tags.put("version", version);
        tags.put("type", "actor");
        tags.put(CURRENT, "true");
        server.patchTags(uploaded.id, new BuildView.PatchTagsRequest(new LinkedHashMap<>(tags), List.of(CURRENT)));
        var artifact = uploaded.bundle.artifact;
        return new Deployed(
                build.name(),
                uploaded.id.toString(),
                version,
                artifact.kind().toString(),
                artifact.sizeBytes(),
                artifact.sha256(),
                tags);
    }

    private Duration since(Instant start) {
        return Duration.between(start, clock.instant());
    }

    private static Path scratch() {
        try {
            // The real path: the bundler names sources relative to it, and a link on the way would lead them astray.
            return Files.createTempDirectory("rivet-deploy-").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder(Path scratch, Build build) {
        try {
            return Files.createTempDirectory(scratch, "build-");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for build " + build.name(), e);
        }
    }

    private record Bundle(Build build, Artifact artifact) {}

    private record Uploaded(Bundle bundle, BuildId id) {}

    /** @param id of the build @param sha256 of its bytes, in lower-case hex */
    public record Deployed(
            String name,
            String id,
            String version,
            String kind,
            long sizeBytes,
            String sha256,
            Map<String, String> tags) {}
}
