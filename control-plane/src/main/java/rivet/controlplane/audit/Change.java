package rivet.controlplane.audit;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A change that somebody asked for, or a look into what an actor keeps.
 *
 * @param who token's id and name; the id is null in development access
 * @param operation method and path pattern
 * @param target path of what shall be changed, or what was looked for; a change that makes something learns it later, see {@link Audit#target}
 * @param where null: in no one environment
 * @param address where the request came from
 * @param ray the request's id
 */
public record Change(
        Who who, String operation, String target, @Nullable Where where, String address, String ray) {

    public record Who(@Nullable UUID tokenId, String tokenName) {}

    public record Where(UUID environmentId, String project, String environment) {}
}
