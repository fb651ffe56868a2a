package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A build as the API shows it.
 *
 * @param contentLength bytes
 * @param sha256 of all bytes, lower-case hex; absent until the upload is complete; an addition to version 25.5.3
 * @param startTimeout ms that a start of it may take, where neither the actor nor the upgrade says; absent: as usual; an addition
 */
public record BuildView(
        String id,
        String name,
        Instant createdAt,
        long contentLength,
        Map<String, String> tags,
        @Nullable String sha256,
        @Nullable Long startTimeout) {

    public record One(BuildView build) {}

    public record Many(List<BuildView> builds) {}

    /**
     * Body of {@code POST /builds/prepare}.
     *
     * @param startTimeout ms from the spawn of an actor until it is ready, 100 to 3 600 000, for actors and upgrades that do not say;
     *     absent: as usual; an addition
     */
    public record PrepareRequest(
            @Nullable String imageTag,
            @Nullable ImageFile imageFile,
            @Nullable String kind,
            @Nullable String compression,
            @Nullable Long startTimeout) {}

    /**
     * @param path the file's name
     * @param contentLength bytes
     * @param sha256 of all bytes, lower-case hex; an addition: where given, other bytes are refused on completion
     */
    public record ImageFile(
            @Nullable String path,
            @Nullable String contentType,
            @Nullable Long contentLength,
            @Nullable String sha256) {}

    /** The parts to upload with {@code PUT}, in any order, before {@code POST /builds/{id}/complete}. */
    public record Prepared(String build, List<PresignedRequest> presignedRequests) {}

    /** @param byteOffset where the part begins in the file */
    public record PresignedRequest(String path, String url, long byteOffset, long contentLength) {}

    /** Body of {@code PATCH /builds/{id}/tags}; a null value removes the key. */
    public record PatchTagsRequest(
            @Nullable Map<String, @Nullable String> tags,
            @Nullable List<String> exclusiveTags) {}
}
