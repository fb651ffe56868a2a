package rivet.controlplane.actor;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.query.Condition;
import rivet.controlplane.query.KeyPath;
import rivet.protocol.ActorId;

/**
 * Adds up runs. A run is not spread over the intervals that it lasts, which would be a product of the two, but told as two
 * changes: one more from here on, one fewer from there on.
 */
@Component
final class UsageRepository {

    private final JdbcClient jdbc;

    UsageRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param group absent: all in one @param start and the others: milliseconds */
    record Asked(
            UUID environment,
            long start,
            long end,
            long interval,
            @Nullable KeyPath group,
            Which which) {}

    /** Which actors' runs count. */
    sealed interface Which {
        /** @param condition exact */
        record Such(Condition condition) implements Which {}

        record These(List<ActorId> ids) implements Which {}
    }

    /**
     * What changes within one interval, each weighted by 1, by cores and by GiB.
     *
     * @param interval counted from the start
     * @param more how many begin, less how many end
     * @param moreMs the sum of their distances from the beginning of the interval, likewise
     * @param actors how many are seen for the first time after a pause, less those seen no more
     */
    record Change(String group, int interval, Weighted more, Weighted moreMs, long actors) {}

    record Weighted(double runs, double cores, double gib) {}

    List<Change> changes(Asked asked, int limit) {
        return jdbc.sql("""
                with run as (
                    select a.id, %s as place, a.cpu_millicores / 1000.0::double precision as cores,
                        a.memory_mib / 1024.0::double precision as gib,
                        greatest(floor(extract(epoch from r.began_at) * 1000)::bigint, :start) - :start as began,
                        least(floor(extract(epoch from coalesce(r.ended_at, statement_timestamp())) * 1000)::bigint, :end)
                            - :start as ended
                    from actor_run r join actor a on a.id = r.actor_id
                    where a.environment_id = :environment and r.began_at < :endTime
                      and (r.ended_at is null or r.ended_at > :startTime) and %s),
                ran as (
                    select *, (ended - 1) / :interval as last, greatest(
                        began / :interval, lag((ended - 1) / :interval) over (partition by id order by began) + 1) as first
                    from run where ended > began),
                change as (
                    select place, began / :interval as at, 1 as sign, began %% :interval as ms, cores, gib, 0 as actors from ran
                    union all
                    select place, ended / :interval, -1, ended %% :interval, cores, gib, 0 from ran
                    union all
                    select place, first, 0, 0, 0, 0, 1 from ran where first <= last
                    union all
                    select place, last + 1, 0, 0, 0, 0, -1 from ran where first <= last)
                select place, at, sum(sign) as runs, sum(sign * cores) as cores, sum(sign * gib) as gib,
                    sum(sign * ms) as runs_ms, sum(sign * ms * cores) as cores_ms, sum(sign * ms * gib) as gib_ms,
                    sum(actors) as actors
                from change group by place, at order by place, at limit :limit
                """.formatted(place(asked.group()), which(asked.which())))
                .params(parameters(asked))
                .param("limit", limit)
                .query((row, _) -> new Change(
                        row.getString("place"),
                        row.getInt("at"),
                        new Weighted(row.getDouble("runs"), row.getDouble("cores"), row.getDouble("gib")),
                        new Weighted(row.getDouble("runs_ms"), row.getDouble("cores_ms"), row.getDouble("gib_ms")),
                        row.getLong("actors")))
                .list();
    }

    private static String place(@Nullable KeyPath group) {
        return group == null
                ? "''"
                : "coalesce(cast(%s as text), '')".formatted(ActorProperties.SCHEMA.sql(group, ":groupKey"));
    }

    private static String which(Which which) {
        return switch (which) {
            case Which.Such(var condition) -> condition.sql();
            case Which.These _ -> "a.id = any(cast(:ids as uuid[]))";
        };
    }

    private static Map<String, Object> parameters(Asked asked) {
        var all = new HashMap<String, Object>();
        all.put("environment", asked.environment());
        all.put("start", asked.start());
        all.put("end", asked.end());
        all.put("interval", asked.interval());
        all.put("startTime", Instant.ofEpochMilli(asked.start()).atOffset(ZoneOffset.UTC));
        all.put("endTime", Instant.ofEpochMilli(asked.end()).atOffset(ZoneOffset.UTC));
        if (asked.group() != null && asked.group().mapKey() != null) {
            all.put("groupKey", asked.group().mapKey());
        }
        switch (asked.which()) {
            case Which.Such(var condition) -> all.putAll(condition.parameters());
            case Which.These(var ids) ->
                all.put("ids", ids.stream().map(ActorId::toString).collect(Collectors.joining(",", "{", "}")));
        }
        return all;
    }
}
