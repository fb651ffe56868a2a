package rivet.controlplane.ingress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.protocol.ActorId;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.IngressPort;

/** The rows of ingress ports. */
@Component
final class IngressRepository {

    private final JdbcClient jdbc;

    IngressRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Numbers that another transaction is about to take, or to give back, are passed over. */
    Optional<Integer> take(Ingress.Wanted wanted, int first, int last) {
        return jdbc.sql("""
                update ingress_port
                set actor_id = :actor, port = :port, protocol = :protocol, released_at = null, version = version + 1
                where (region, transport, number) = (
                    select region, transport, number from ingress_port
                    where region = :region and transport = :transport and actor_id is null and number between :first and :last
                    order by released_at nulls first, number limit 1
                    for no key update skip locked)
                returning number
                """)
                .param("actor", wanted.actor().value())
                .param("port", wanted.port())
                .param("protocol", wanted.protocol().toString())
                .param("region", wanted.region())
                .param("transport", transport(wanted.protocol()))
                .param("first", first)
                .param("last", last)
                .query(Integer.class)
                .optional();
    }

    /** Writes the rows of the range that there are not yet. @return whether there were any */
    boolean fill(Ingress.Wanted wanted, int first, int last) {
        return jdbc.sql("""
                insert into ingress_port (region, transport, number)
                select :region, :transport, number from generate_series(:first, :last) as number
                on conflict do nothing
                """)
                        .param("region", wanted.region())
                        .param("transport", transport(wanted.protocol()))
                        .param("first", first)
                        .param("last", last)
                        .update()
                > 0;
    }

    void release(ActorId actor) {
        jdbc.sql("""
                update ingress_port
                set actor_id = null, port = null, protocol = null, released_at = clock_timestamp(), version = version + 1
                where actor_id = :actor
                """).param("actor", actor.value()).update();
    }

    /** By region; those without rows have none, and are at 0. */
    Map<String, Long> revisions() {
        var revisions = new HashMap<String, Long>();
        jdbc.sql("select region, sum(version) as revision from ingress_port group by region")
                .query(row -> {
                    revisions.put(row.getString("region"), row.getLong("revision"));
                });
        return revisions;
    }

    /** One statement sees one instant: the revision is that of just these ports. */
    Ingress.Ports of(String region) {
        var ports = new ArrayList<IngressPort>();
        var revisions = jdbc.sql("""
                select s.revision, p.* from (
                    select coalesce(sum(version), 0) as revision from ingress_port where region = :region) as s
                left join ingress_port p on p.region = :region and p.actor_id is not null
                order by p.transport, p.number
                """)
                .param("region", region)
                .query((row, _) -> {
                    var actor = row.getObject("actor_id", UUID.class);
                    if (actor != null) {
                        ports.add(new IngressPort(
                                row.getInt("number"),
                                protocol(row.getString("protocol")),
                                new ActorId(actor),
                                row.getString("port")));
                    }
                    return row.getLong("revision");
                })
                .list();
        return new Ingress.Ports(revisions.getFirst(), ports);
    }

    private static String transport(PortProtocol protocol) {
        return protocol == PortProtocol.UDP ? "udp" : "tcp";
    }

    private static PortProtocol protocol(String text) {
        return PortProtocol.valueOf(text.toUpperCase(java.util.Locale.ROOT));
    }
}
