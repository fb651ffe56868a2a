package rivet.controlplane.auth;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.tenancy.Environment;

/** A token to be issued. @param environment null: for the whole installation @param expiresAt null: never */
record TokenDraft(
        String name,
        Set<Scope> scopes,
        @Nullable Environment environment,
        @Nullable Instant expiresAt) {}
