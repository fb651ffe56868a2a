package rivet.controlplane.tenancy;

import java.time.Instant;
import java.util.UUID;

/** A project, or an environment of one, as lists show it. */
public record Tenant(UUID id, String slug, Instant createdAt) {}
