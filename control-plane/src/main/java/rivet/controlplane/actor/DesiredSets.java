package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.tenancy.Installation;
import rivet.protocol.AgentId;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.Health;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor;

/** The door for the link: what an agent is to run and to stop, derived from the rows and stored nowhere. */
@Component
public final class DesiredSets {

    private final JdbcClient jdbc;
    private final Installation installation;
    private final PortAddresses addresses;
    private final ActorSettings settings;

    DesiredSets(JdbcClient jdbc, Installation installation, PortAddresses addresses, ActorSettings settings) {
        this.jdbc = jdbc;
        this.installation = installation;
        this.addresses = addresses;
        this.settings = settings;
    }

    /** @param revision grows with each change of the set */
    public record DesiredSet(long epoch, long revision, List<DesiredActor> actors) {}

    /** One statement sees one instant: the revision is that of just these actors. Empty if the agent never joined. */
    public Optional<DesiredSet> of(AgentId agent) {
        var actors = new ArrayList<DesiredActor>();
        var versions = jdbc.sql("""
                select a.*, g.epoch as agent_epoch, g.set_revision as agent_set_revision, g.proxy_url as agent_proxy_url,
                    b.kind as build_kind, b.sha256 as build_sha256, b.size_bytes as build_size_bytes,
                    b.compression as build_compression, e.slug as environment_slug,
                    p.id as project_id, p.slug as project_slug, r.name as region_name
                from agent g
                left join actor a on a.agent_id = g.id
                left join build b on b.id = a.build_id
                left join environment e on e.id = a.environment_id
                left join project p on p.id = e.project_id
                left join region r on r.id = a.region
                where g.id = :agent
                order by a.id
                """)
                .param("agent", agent.value())
                .query((row, number) -> {
                    if (row.getObject("id") != null) {
                        desired(row, ActorRepository.actor(row, number)).ifPresent(actors::add);
                    }
                    return new long[] {row.getLong("agent_epoch"), row.getLong("agent_set_revision")};
                })
                .list();
        return versions.stream().findFirst().map(version -> new DesiredSet(version[0], version[1], actors));
    }

    private Optional<DesiredActor> desired(ResultSet row, Actor actor) throws SQLException {
        return switch (actor.state()) {
            case Starting(var _, var at, var _) -> Optional.of(run(row, actor, at));
            case Running(var _, var at, var _, var _, var _) -> Optional.of(run(row, actor, at));
            case Stopping(var _, var at, var grace, var _) ->
                Optional.of(new DesiredActor.Stop(actor.id(), at.generation(), grace.toMillis()));
            case Pending _, CrashBackoff _, Sleeping _, Destroyed _ -> Optional.empty();
        };
    }

    private DesiredActor run(ResultSet row, Actor actor, Assignment at) throws SQLException {
        var setup = actor.setup();
        var spec = new ActorSpec(
                new ActorSpec.Build(
                        new BuildId(row.getObject("build_id", UUID.class)),
                        BuildKind.valueOf(row.getString("build_kind").toUpperCase(Locale.ROOT)),
                        row.getString("build_sha256"),
                        row.getLong("build_size_bytes"),
                        row.getString("build_compression")),
                actor.tags(),
                setup.key(),
                setup.environment(),
                ports(actor, row.getString("agent_proxy_url")),
                actor.resources().cpuMillicores(),
                actor.resources().memoryMib(),
                setup.grace().toMillis(),
                owner(row, actor),
                actor.createdAt(),
                health(actor),
                setup.idleTimeout() == null ? null : setup.idleTimeout().toMillis());
        return new DesiredActor.Run(actor.id(), at.generation(), spec);
    }

    /** Of a build on trial less is waited for than of one that has nothing to go back to. */
    private @Nullable Health health(Actor actor) {
        var health = actor.setup().health();
        var upgrade = actor.upgrade();
        if (upgrade == null || !actor.isTrial(actor.generation())) {
            return health;
        }
        var usual = health == null ? Health.USUAL : health;
        var own = upgrade.startTimeoutMs() != null ? upgrade.startTimeoutMs() : usual.startTimeoutMs();
        return usual.withStartTimeout(
                own != null ? own : Long.valueOf(settings.upgradeStartTimeout().toMillis()));
    }

    private Map<String, ActorSpec.Port> ports(Actor actor, String agentUrl) {
        var ports = new LinkedHashMap<String, ActorSpec.Port>();
        actor.setup().ports().forEach((name, port) -> {
            var at = addresses.of(actor, name, port, agentUrl, actor.setup().endpoint());
            var url = at == null ? null : at.url();
            ports.put(
                    name,
                    new ActorSpec.Port(
                            port.protocol(), port.internalPort(), url, port.guard(), port.limits(), port.hibernates()));
        });
        return ports;
    }

    private ActorSpec.Owner owner(ResultSet row, Actor actor) throws SQLException {
        return new ActorSpec.Owner(
                row.getString("project_id"),
                row.getString("project_slug"),
                actor.environmentId().toString(),
                row.getString("environment_slug"),
                installation.clusterId().toString(),
                actor.region(),
                row.getString("region_name"));
    }
}
