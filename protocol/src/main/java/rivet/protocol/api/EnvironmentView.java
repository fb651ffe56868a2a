package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An environment of a project as the API shows it. @param slug unique within the project */
public record EnvironmentView(String id, String slug, Instant createdAt) {

    public record One(EnvironmentView environment) {}

    public record Many(List<EnvironmentView> environments) {}

    /** Body of {@code POST /projects/{project}/environments}. */
    public record CreateRequest(@Nullable String slug) {}
}
