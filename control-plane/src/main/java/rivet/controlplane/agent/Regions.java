package rivet.controlplane.agent;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;

/** The door: where agents are or were. */
@Component
public final class Regions {

    private final JdbcClient jdbc;
    private final AgentSettings settings;

    Regions(JdbcClient jdbc, AgentSettings settings, RegionSettings regions) {
        this.jdbc = jdbc;
        this.settings = settings;
        know(regions.byDefault());
    }

    public record Region(String id, String name) {}

    void know(String region) {
        jdbc.sql("insert into region (id, name) values (:id, :id) on conflict (id) do nothing")
                .param("id", region)
                .update();
    }

    /** Best first: those with agents that live, then the others; by name among equals. */
    public List<Region> list() {
        return jdbc.sql("""
                select r.id, r.name from region r
                order by exists (
                    select from agent a where a.region = r.id
                      and a.lease_at > clock_timestamp() - make_interval(secs => :fresh)) desc, r.name, r.id
                """)
                .param("fresh", settings.fresh().toMillis() / 1000.0)
                .query((row, _) -> new Region(row.getString("id"), row.getString("name")))
                .list();
    }

    /** The region asked for, or the best one if none was. */
    public String choose(@Nullable String region) {
        var regions = list();
        if (region == null) {
            return regions.getFirst().id();
        }
        return regions.stream()
                .map(Region::id)
                .filter(region::equals)
                .findFirst()
                .orElseThrow(() -> absent(region, regions));
    }

    private static Problem absent(String region, List<Region> regions) {
        var expected = String.join(", ", regions.stream().map(Region::id).toList());
        return Problem.notFound("REGION_NOT_FOUND", "region: no '%s' (expected: one of %s)".formatted(region, expected))
                .at("region", expected);
    }
}
