package rivet.controlplane.build;

import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.idempotency.IdempotencyKey;
import rivet.controlplane.web.StrictJson;
import rivet.controlplane.web.WebSettings;
import rivet.protocol.BuildId;
import rivet.protocol.api.BuildView;

/** Builds over REST. */
@RestController
@RequestMapping("/builds")
class BuildController {

    private final Builds builds;
    private final Uploads uploads;
    private final Preparation preparation;
    private final UploadUrls urls;
    private final WebSettings web;

    BuildController(Builds builds, Uploads uploads, Preparation preparation, UploadUrls urls, WebSettings web) {
        this.builds = builds;
        this.uploads = uploads;
        this.preparation = preparation;
        this.urls = urls;
        this.web = web;
    }

    /** Builds, newest first. */
    @Needs(Scope.READ)
    @GetMapping
    BuildView.Many list(Caller caller, @RequestParam(name = "tags_json", required = false) @Nullable String tags) {
        var found = builds.list(caller.environment(), StrictJson.texts("tags_json", tags));
        return new BuildView.Many(found.stream().map(BuildController::view).toList());
    }

    /** A build. */
    @Needs(Scope.READ)
    @GetMapping("/{id}")
    BuildView.One get(Caller caller, @PathVariable("id") String id) {
        return new BuildView.One(view(builds.get(caller.environment(), parse(id))));
    }

    /** Changes tags of a build. {@code exclusive_tags} takes these tags from all other builds in the same step. */
    @Needs(Scope.DEPLOY)
    @PatchMapping("/{id}/tags")
    Map<String, Object> patchTags(
            Caller caller, @PathVariable("id") String id, @RequestBody BuildView.PatchTagsRequest request) {
        var tags = BuildChecks.patch(request.tags());
        var exclusive = BuildChecks.exclusive(request.exclusiveTags(), tags);
        builds.patchTags(caller.environment(), parse(id), tags, exclusive);
        return Map.of();
    }

    /** Announces the bytes of a new build, and says where each part of them is to be put. */
    @Needs(Scope.DEPLOY)
    @PostMapping("/prepare")
    BuildView.Prepared prepare(
            Caller caller,
            ServerHttpRequest http,
            @RequestHeader(name = IdempotencyKey.HEADER, required = false) @Nullable String key,
            @RequestBody BuildView.PrepareRequest request) {
        var once = IdempotencyKey.of(caller.environment(), key, "POST /builds/prepare", request);
        var build = preparation.prepare(caller.environment(), request, once);
        return prepared(build, IntStream.range(0, build.parts()), http);
    }

    /** New URLs for the parts that have not arrived; none where all have. */
    @Needs(Scope.DEPLOY)
    @PostMapping("/{id}/resume")
    BuildView.Prepared resume(Caller caller, ServerHttpRequest http, @PathVariable("id") String id) {
        var missing = uploads.missing(caller.environment(), parse(id));
        return prepared(missing.build(), missing.parts().stream().mapToInt(part -> part), http);
    }

    /** Makes a build usable, once all of its bytes have come and have the digest that was announced. */
    @Needs(Scope.DEPLOY)
    @PostMapping("/{id}/complete")
    Map<String, Object> complete(Caller caller, @PathVariable("id") String id) {
        uploads.complete(caller.environment(), parse(id));
        return Map.of();
    }

    /** Makes the build before this one current again, in one step. */
    @Needs(Scope.DEPLOY)
    @PostMapping("/{id}/rollback")
    BuildView.One rollback(Caller caller, @PathVariable("id") String id) {
        return new BuildView.One(view(builds.rollback(caller.environment(), parse(id))));
    }

    private BuildView.Prepared prepared(Build build, IntStream parts, ServerHttpRequest http) {
        var base = web.publicUrl().isEmpty() ? origin(http) : web.publicUrl();
        return new BuildView.Prepared(
                build.id().toString(),
                parts.mapToObj(part -> presigned(build, part, base)).toList());
    }

    private BuildView.PresignedRequest presigned(Build build, int part, String base) {
        return new BuildView.PresignedRequest(
                build.name(), urls.sign(base, build.id(), part), build.offset(part), build.length(part));
    }

    /** Where the caller reached us is where the caller can upload to. */
    private static String origin(ServerHttpRequest http) {
        var uri = http.getURI();
        return uri.getScheme() + "://" + uri.getAuthority();
    }

    static BuildId parse(String id) {
        try {
            return BuildId.parse(id);
        } catch (IllegalArgumentException _) {
            throw Builds.absent(id);
        }
    }

    static BuildView view(Build build) {
        return new BuildView(
                build.id().toString(),
                build.tags().getOrDefault("name", build.name()),
                build.createdAt(),
                build.sizeBytes(),
                build.tags(),
                build.sha256(),
                build.startTimeoutMs());
    }
}
