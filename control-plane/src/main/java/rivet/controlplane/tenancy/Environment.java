package rivet.controlplane.tenancy;

import java.util.UUID;

/** Whose builds and actors they are. A row of it never changes; but it can be deleted. */
public record Environment(UUID id, String slug, UUID projectId, String projectSlug) {}
