package rivet.controlplane.agent;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.web.Problem;
import rivet.protocol.link.ToControlPlane.Location;

/** The door: where agents are or were. */
@Component
public final class Regions {

    /** The most common actor: a region without room for it is no good choice. */
    private static final Reservation USUAL = new Reservation(250, 256);

    private final JdbcClient jdbc;
    private final AgentSettings settings;

    Regions(JdbcClient jdbc, AgentSettings settings, RegionSettings regions) {
        this.jdbc = jdbc;
        this.settings = settings;
        know(regions.byDefault(), null);
    }

    /** @param location absent where no agent said it */
    public record Region(String id, String name, @Nullable Location location) {}

    /** What the agent that joined last says of its place holds for the whole region. */
    void know(String region, @Nullable Location location) {
        jdbc.sql("""
                insert into region (id, name, latitude, longitude) values (:id, :id, :latitude, :longitude)
                on conflict (id) do update set latitude = excluded.latitude, longitude = excluded.longitude
                where excluded.latitude is not null
                  and (region.latitude, region.longitude) is distinct from (excluded.latitude, excluded.longitude)
                """)
                .param("id", region)
                .param("latitude", location == null ? null : location.latitude())
                .param("longitude", location == null ? null : location.longitude())
                .update();
    }

    /** Best first: those with room for an actor, then those with agents that live, then the others; by name among equals. */
    public List<Region> list() {
        return ranked().stream().map(Ranked::region).toList();
    }

    /** Best first, nearer ones before the others of the same rank. Those whose place is not known come after. */
    List<Region> list(Location from) {
        return ranked().stream()
                .sorted(Comparator.comparingInt(Ranked::rank).thenComparingDouble(ranked -> distance(ranked, from)))
                .map(Ranked::region)
                .toList();
    }

    private static double distance(Ranked ranked, Location from) {
        var location = ranked.region().location();
        return location == null ? Double.MAX_VALUE : Distance.kilometres(location, from);
    }

    /** @param rank 0 is best */
    private record Ranked(Region region, int rank) {}

    private List<Ranked> ranked() {
        return jdbc.sql("""
                select r.*, coalesce((
                    select min(case when a.cordoned_at is null and a.cpu_millicores - a.reserved_cpu_millicores >= :cpu
                                     and a.memory_mib - a.reserved_memory_mib >= :memory then 0 else 1 end)
                    from agent a
                    where a.region = r.id and a.lease_at > clock_timestamp() - make_interval(secs => :fresh)), 2) as rank
                from region r
                order by rank, r.name, r.id
                """)
                .param("cpu", USUAL.cpuMillicores())
                .param("memory", USUAL.memoryMib())
                .param("fresh", settings.fresh().toMillis() / 1000.0)
                .query((row, _) -> new Ranked(region(row), row.getInt("rank")))
                .list();
    }

    private static Region region(ResultSet row) throws SQLException {
        var latitude = row.getObject("latitude", Double.class);
        var longitude = row.getObject("longitude", Double.class);
        return new Region(
                row.getString("id"),
                row.getString("name"),
                latitude == null || longitude == null ? null : new Location(latitude, longitude));
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
