package rivet.controlplane.agent;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.protocol.AgentId;

/** The door for emptying agents: which are to be emptied, and what became of the actors that were there. */
@Component
public final class Drains {

    private static final String DRAINING = """
            select id, region, drain_until <= clock_timestamp() as overdue from agent
            where drain_began_at is not null and lost_at is null
            """;

    private final JdbcClient jdbc;
    private final MeterRegistry registry;

    Drains(JdbcClient jdbc, MeterRegistry registry) {
        this.jdbc = jdbc;
        this.registry = registry;
        for (var outcome : Outcome.values()) {
            counter(outcome); // from the first look at the metrics on, with 0
        }
    }

    private Counter counter(Outcome outcome) {
        return registry.counter("rivet.drain.actors", "outcome", outcome.toString());
    }

    /** An agent that is to be emptied. @param overdue whether its actors have to leave even if they have nowhere to go */
    public record Draining(AgentId agent, String region, boolean overdue) {}

    /** What became of an actor that a drain stopped. */
    public enum Outcome {
        /** It was given to another agent at once. */
        MOVED,
        /** It is not durable, and destroyed. */
        ENDED,
        /** It waits for an agent. */
        FAILED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Those that are lost are left out: all that they held is taken from them anyway. */
    public List<Draining> all() {
        return jdbc.sql(DRAINING + "order by drain_began_at, id")
                .query(Drains::draining)
                .list();
    }

    /** Whether the agent is to be emptied, as part of the caller's transaction: until that ends, nobody changes it. */
    public Optional<Draining> lock(AgentId agent) {
        return jdbc.sql(DRAINING + "and id = :id for no key update")
                .param("id", agent.value())
                .query(Drains::draining)
                .optional();
    }

    /** Part of the transaction in which the actor's end there became known. */
    public void count(AgentId agent, Outcome outcome) {
        jdbc.sql("""
                update agent set drain_%1$s = drain_%1$s + 1 where id = :id and drain_began_at is not null
                """.formatted(outcome)).param("id", agent.value()).update();
        Transactions.afterCommit(() -> counter(outcome).increment());
    }

    private static Draining draining(ResultSet row, int number) throws SQLException {
        return new Draining(
                new AgentId(row.getObject("id", UUID.class)), row.getString("region"), row.getBoolean("overdue"));
    }
}
