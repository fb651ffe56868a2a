package rivet.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An entry of an actor's store as the API shows it.
 *
 * @param key a tuple, as a JSON array; {@code {"raw": "Zm9v"}}, its bytes in Base64, if it is none
 * @param version of the write that put it
 * @param size of the value, in bytes
 * @param kind {@code json} for what JavaScript put as a value, {@code counter}, or {@code bytes}
 * @param json what the value is, if it has a likeness in JSON; absent for bytes
 * @param exact whether putting this {@code json} again would put the same value
 * @param base64 the value's bytes, without the one that says what kind it is
 */
public record KvView(
        JsonNode key,
        long version,
        long size,
        String kind,
        @Nullable JsonNode json,
        @Nullable Boolean exact,
        String base64) {

    /** @param pagination its cursor is absent on the last page */
    public record Many(List<KvView> entries, ActorView.Pagination pagination) {}

    public record One(KvView entry) {}

    /**
     * Body of {@code PUT /actors/{id}/kv/entry}. One of {@code json}, {@code counter} and {@code base64}.
     *
     * @param version what the entry must have, 0: there must be none; absent: whatever it has
     */
    public record Put(
            @Nullable JsonNode key,
            @Nullable JsonNode json,
            @Nullable Long counter,
            @Nullable String base64,
            @Nullable Long version) {}

    /** @param version of this write */
    public record Written(long version) {}
}
