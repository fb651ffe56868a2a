package rivet.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change that somebody asked for.
 *
 * @param tokenId absent in development access, where no token is asked for
 * @param tokenName the token's name then
 * @param operation method and path pattern
 * @param target the path of what was changed
 * @param project absent where the change is no one environment's
 * @param address where the request came from
 * @param outcome {@code ok}, or the code of the error that was answered
 */
public record AuditView(
        String id,
        Instant at,
        @Nullable String tokenId,
        String tokenName,
        String operation,
        String target,
        @Nullable String project,
        @Nullable String environment,
        String address,
        String outcome,
        String rayId) {

    /** Newest first. */
    public record Many(List<AuditView> entries, Pagination pagination) {}

    /** @param cursor of the next page; absent on the last one */
    public record Pagination(@Nullable String cursor) {}
}
