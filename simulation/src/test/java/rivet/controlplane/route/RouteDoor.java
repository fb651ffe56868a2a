package rivet.controlplane.route;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import rivet.controlplane.agent.Agents;
import rivet.controlplane.database.Transactions;

/** What the simulation builds of this room. */
public final class RouteDoor {

    private RouteDoor() {}

    public static Routes routes(JdbcClient jdbc, Agents agents, Transactions transactions) {
        return new Routes(new RouteRepository(jdbc), agents, transactions, new RouteSettings(1, Duration.ofDays(1)));
    }
}
