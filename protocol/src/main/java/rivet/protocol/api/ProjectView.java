package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A project as the API shows it. @param slug what callers write in the query parameter {@code project} */
public record ProjectView(String id, String slug, Instant createdAt) {

    public record One(ProjectView project) {}

    public record Many(List<ProjectView> projects) {}

    /** Body of {@code POST /projects}. */
    public record CreateRequest(@Nullable String slug) {}
}
