package rivet.controlplane.agent;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.AgentId;

/** The rows of agents. Freshness is a matter of the database's clock alone. */
@Component
final class AgentRepository {

    /**
     * Most room first, so that load spreads; the id only makes the order certain. All conditions are looked at again when the
     * row is locked, so an agent that was cordoned meanwhile is none.
     */
    private static final String RESERVE = """
            update agent
            set reserved_cpu_millicores = reserved_cpu_millicores + :cpu,
                reserved_memory_mib = reserved_memory_mib + :memory,
                set_revision = set_revision + 1
            where id = (
                select id from agent
                where region = :region and lost_at is null and cordoned_at is null
                  and lease_at > clock_timestamp() - make_interval(secs => :fresh)
                  and reserved_cpu_millicores + :cpu <= cpu_millicores
                  and reserved_memory_mib + :memory <= memory_mib
                order by memory_mib - reserved_memory_mib desc, id
                limit 1
                for no key update %s)
            returning id
            """;

    private static final String RESERVE_UNLOCKED = RESERVE.formatted("skip locked");
    private static final String RESERVE_WAITING = RESERVE.formatted("");

    private final JdbcClient jdbc;

    AgentRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Registration register(Joining joining) {
        return jdbc.sql("""
                insert into agent (id, region, version, proxy_url, hop_address, epoch, cpu_millicores, memory_mib)
                values (:id, :region, :version, :proxy, :hop, 1, :cpu, :memory)
                on conflict (id) do update set
                    region = excluded.region, version = excluded.version, proxy_url = excluded.proxy_url,
                    hop_address = excluded.hop_address,
                    epoch = agent.epoch + 1, set_revision = agent.set_revision + 1,
                    cpu_millicores = excluded.cpu_millicores, memory_mib = excluded.memory_mib,
                    lease_seq = agent.lease_seq + 1, lease_at = clock_timestamp(), lost_at = null,
                    granted_nonce = 0, unheard_since = null
                returning epoch, set_revision
                """)
                .param("id", joining.agent().value())
                .param("region", joining.region())
                .param("version", joining.version())
                .param("proxy", joining.proxyUrl())
                .param("hop", joining.hopAddress())
                .param("cpu", joining.cpuMillicores())
                .param("memory", joining.memoryMib())
                .query((row, _) -> new Registration(row.getLong("epoch"), row.getLong("set_revision")))
                .single();
    }

    /** Passes over agents that another placement is busy with: there may be an equally good one. */
    Optional<AgentId> reserveUnlocked(String region, Reservation reservation, Duration fresh) {
        return reserve(RESERVE_UNLOCKED, region, reservation, fresh);
    }

    /** Waits for the other placements: the last agent with room may be the one that they hold. */
    Optional<AgentId> reserveWaiting(String region, Reservation reservation, Duration fresh) {
        return reserve(RESERVE_WAITING, region, reservation, fresh);
    }

    private Optional<AgentId> reserve(String sql, String region, Reservation reservation, Duration fresh) {
        return jdbc.sql(sql)
                .param("region", region)
                .param("cpu", reservation.cpuMillicores())
                .param("memory", reservation.memoryMib())
                .param("fresh", seconds(fresh))
                .query((row, _) -> new AgentId(row.getObject("id", UUID.class)))
                .optional();
    }

    /** Those that can be placed on first. @param region absent: of all regions */
    List<Agents.Candidate> candidates(@Nullable String region, Duration fresh, int limit) {
        return jdbc.sql("""
                select id, region, cpu_millicores - reserved_cpu_millicores as cpu, memory_mib - reserved_memory_mib as memory,
                    lease_at > clock_timestamp() - make_interval(secs => :fresh) as fresh, cordoned_at is not null as cordoned
                from agent where %s order by fresh desc, region, id limit :limit
                """.formatted(region == null ? "true" : "region = :region"))
                .param("region", region)
                .param("fresh", seconds(fresh))
                .param("limit", limit)
                .query((row, _) -> new Agents.Candidate(
                        new AgentId(row.getObject("id", UUID.class)),
                        row.getString("region"),
                        row.getBoolean("fresh"),
                        row.getBoolean("cordoned"),
                        row.getInt("cpu"),
                        row.getInt("memory")))
                .list();
    }

    void release(AgentId agent, Reservation reservation) {
        jdbc.sql("""
                update agent
                set reserved_cpu_millicores = reserved_cpu_millicores - :cpu,
                    reserved_memory_mib = reserved_memory_mib - :memory,
                    set_revision = set_revision + 1
                where id = :id
                """)
                .param("id", agent.value())
                .param("cpu", reservation.cpuMillicores())
                .param("memory", reservation.memoryMib())
                .update();
    }

    void bumpSet(AgentId agent) {
        jdbc.sql("update agent set set_revision = set_revision + 1 where id = :id")
                .param("id", agent.value())
                .update();
    }

    /** Why none of a region's agents was taken. */
    Agents.Shortage shortage(String region, Duration fresh) {
        return jdbc.sql("""
                select count(*) as fresh, count(*) filter (where cordoned_at is null) as open from agent
                where region = :region and lease_at > clock_timestamp() - make_interval(secs => :fresh)
                """)
                .param("region", region)
                .param("fresh", seconds(fresh))
                .query((row, _) -> shortage(row.getLong("fresh"), row.getLong("open")))
                .single();
    }

    private static Agents.Shortage shortage(long fresh, long open) {
        if (fresh == 0) {
            return Agents.Shortage.NO_AGENTS;
        }
        return open == 0 ? Agents.Shortage.ALL_CORDONED : Agents.Shortage.NO_ROOM;
    }

    Optional<Agents.Ways> ways(AgentId agent) {
        return jdbc.sql("select proxy_url, hop_address from agent where id = :id")
                .param("id", agent.value())
                .query((row, _) -> new Agents.Ways(row.getString("proxy_url"), row.getString("hop_address")))
                .optional();
    }

    List<String> proxyUrls() {
        return jdbc.sql("select distinct proxy_url from agent")
                .query((row, _) -> row.getString("proxy_url"))
                .list();
    }

    /** The agents asked for, and of each region the one heard of last. */
    Agents.Entries entries(Collection<AgentId> agents) {
        var byAgent = new HashMap<AgentId, String>();
        var byRegion = new HashMap<String, String>();
        jdbc.sql("""
                select id, region, proxy_url, true as newest from (
                    select distinct on (region) * from agent order by region, lease_at desc) as newest
                union all
                select id, region, proxy_url, false from agent where id = any (cast(:ids as uuid[]))
                """).param("ids", uuids(agents)).query(row -> {
            byAgent.put(new AgentId(row.getObject("id", UUID.class)), row.getString("proxy_url"));
            if (row.getBoolean("newest")) {
                byRegion.put(row.getString("region"), row.getString("proxy_url"));
            }
        });
        return new Agents.Entries(byAgent, byRegion);
    }

    List<Agents.SetVersion> setVersions(Collection<AgentId> agents) {
        return jdbc.sql("select id, epoch, set_revision from agent where id = any (cast(:ids as uuid[]))")
                .param("ids", uuids(agents))
                .query((row, _) -> new Agents.SetVersion(
                        new AgentId(row.getObject("id", UUID.class)),
                        row.getLong("epoch"),
                        row.getLong("set_revision")))
                .list();
    }

    /** As an array literal: one parameter, however many there are. */
    private static String uuids(Collection<AgentId> agents) {
        return agents.stream().map(AgentId::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
