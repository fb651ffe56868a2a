package rivet.cli.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
 * Bundles all, tells what will change, uploads what the server does not have, then makes each the current one: a mistake in
 * the last build leaves the server as it was. The tag {@code current} moves in one request, so that at each instant one build
 * of a name has it.
 */
public final class Deployment {

    private static final String CURRENT = "current";
    private static final String VERSION = "version";

    /** Sorts as it was made, and fits into a tag. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

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

    /**
     * @param version absent: the time, for what has changed
     * @param extraTags for each build, beside those of the project file
     */
    public List<Deployed> deploy(
            ProjectFile project, List<Build> builds, @Nullable String version, Map<String, String> extraTags) {
        var scratch = scratch();
        try {
            var bundles = new ArrayList<Bundle>();
            for (var build : builds) {
                bundles.add(bundle(project, build, scratch));
            }
            var planned = bundles.stream()
                    .map(bundle -> plan(bundle, version, extraTags))
                    .toList();
            var uploaded = planned.stream().map(this::upload).toList();
            return uploaded.stream().map(this::makeCurrent).toList();
        } finally {
            Folders.delete(scratch);
        }
    }

    private Planned plan(Bundle bundle, @Nullable String version, Map<String, String> extraTags) {
        var name = bundle.build.name();
        var current = server.builds(Map.of("name", name, CURRENT, "true")).builds().stream()
                .findFirst()
                .orElse(null);
        var tags = tags(bundle.build, extraTags);
        if (version != null) {
            tags.put(VERSION, version);
        } else if (!Change.sameBuild(current, bundle.artifact, bundle.build.startTimeout())) {
            tags.put(VERSION, TIME.format(clock.instant()));
        }
        var change = new Change(current, bundle.artifact, bundle.build.startTimeout(), tags);
        output.progress(name + ": " + change.text());
        return new Planned(bundle, change);
    }

    private static Map<String, String> tags(Build build, Map<String, String> extraTags) {
        var tags = new LinkedHashMap<>(build.tags());
        tags.putAll(extraTags);
        tags.put("name", build.name());
        tags.put("type", "actor");
        tags.put(CURRENT, "true");
        return tags;
    }

    private Bundle bundle(ProjectFile project, Build build, Path scratch) {
        var start = clock.instant();
        var artifact = bundler.bundle(project, build, folder(scratch, build));
        output.progress("%s: bundled, %s in %s"
                .formatted(build.name(), Output.size(artifact.sizeBytes()), Output.seconds(since(start))));
        return new Bundle(build, artifact);
    }

    private Uploaded upload(Planned planned) {
        var current = planned.change.current();
        if (current != null && planned.change.sameBuild()) {
            return new Uploaded(planned, BuildId.parse(current.id()));
        }
        var start = clock.instant();
        var artifact = planned.bundle.artifact;
        var prepared = server.prepareBuild(new BuildView.PrepareRequest(
                null,
                new BuildView.ImageFile(
                        artifact.name(), artifact.contentType(), artifact.sizeBytes(), artifact.sha256()),
                artifact.kind().toString(),
                "none",
                planned.change.startTimeout()));
        var name = planned.bundle.build.name();
        new Upload(server, artifact.file(), new UploadProgress(name, artifact.sizeBytes(), output))
                .send(prepared.presignedRequests());
        var id = BuildId.parse(prepared.build());
        server.completeBuild(id);
        output.progress("%s: uploaded in %s".formatted(name, Output.seconds(since(start))));
        return new Uploaded(planned, id);
    }

    private Deployed makeCurrent(Uploaded uploaded) {
        var change = uploaded.planned.change;
        if (!change.isNothing()) {
            server.patchTags(
                    uploaded.id, new BuildView.PatchTagsRequest(new LinkedHashMap<>(change.tags()), List.of(CURRENT)));
        }
        var tags = new LinkedHashMap<>(change.tags());
        if (change.current() != null && change.sameBuild()) {
            change.current().tags().forEach(tags::putIfAbsent);
        }
        var artifact = change.artifact();
        return new Deployed(
                uploaded.planned.bundle.build.name(),
                uploaded.id.toString(),
                tags.getOrDefault(VERSION, Output.orNone(null)),
                artifact.kind().toString(),
                artifact.sizeBytes(),
                artifact.sha256(),
                tags,
                !change.isNothing());
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

    private record Planned(Bundle bundle, Change change) {}

    private record Uploaded(Planned planned, BuildId id) {}

    /**
     * @param id of the build
     * @param sha256 of its bytes, in lower-case hex
     * @param changed whether the server is not as it was
     */
    public record Deployed(
            String name,
            String id,
            String version,
            String kind,
            long sizeBytes,
            String sha256,
            Map<String, String> tags,
            boolean changed) {

        static Map<String, BuildId> current(List<Deployed> deployed) {
            var current = new LinkedHashMap<String, BuildId>();
            deployed.forEach(each -> current.put(each.name, BuildId.parse(each.id)));
            return current;
        }
    }
}
