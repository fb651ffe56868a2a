package rivet.controlplane.tenancy;

import java.util.UUID;

/** Whose builds and actors they are. Never changes, so it may be kept. */
public record Environment(UUID id, String slug, UUID projectId, String projectSlug) {}
