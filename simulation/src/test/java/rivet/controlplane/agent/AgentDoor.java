package rivet.controlplane.agent;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.LongSupplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import rivet.controlplane.database.Transactions;
import rivet.protocol.link.Heartbeat;

/** What the simulation builds of this room. */
public final class AgentDoor {

    private final Agents agents;
    private final LostAgents lost;
    private final Leases leases;

    /** @param heartbeats the connections that heartbeats have for themselves */
    public AgentDoor(
            JdbcClient jdbc,
            JdbcClient heartbeats,
            Transactions transactions,
            AgentSettings settings,
            LongSupplier monotonic,
            MeterRegistry registry) {
        var regions = new Regions(jdbc, settings, new RegionSettings("local"));
        this.agents = new Agents(new AgentRepository(jdbc), regions, transactions, settings);
        this.lost = new LostAgents(new LostAgentRepository(jdbc), settings, monotonic, registry);
        this.leases = new Leases(heartbeats);
    }

    public Agents agents() {
        return agents;
    }

    public LostAgents lost() {
        return lost;
    }

    public Heartbeat.Answer renew(Heartbeat heartbeat) {
        return leases.renew(heartbeat);
    }
}
