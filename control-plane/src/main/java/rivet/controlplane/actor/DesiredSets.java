package rivet.controlplane.actor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorState.CrashBackoff;
import rivet.controlplane.actor.ActorState.Destroyed;
import rivet.controlplane.actor.ActorState.IdleWait;
import rivet.controlplane.actor.ActorState.Pending;
import rivet.controlplane.actor.ActorState.Running;
import rivet.controlplane.actor.ActorState.Sleeping;
import rivet.controlplane.actor.ActorState.Starting;
import rivet.controlplane.actor.ActorState.Stopping;
import rivet.controlplane.tenancy.Installation;
import rivet.protocol.ActorId;
import rivet.protocol.AgentId;
import rivet.protocol.BuildId;
import rivet.protocol.BuildKind;
import rivet.protocol.Health;
import rivet.protocol.link.ActorSpec;
import rivet.protocol.link.DesiredActor;

/** The door for the link: what an agent is to run and to stop, derived from the rows and stored nowhere. */
@Component
public final class DesiredSets {

    /** Who asks again and again, each time when he has his answer, uses it in between as well. */
    private static final Duration UNUSED = Duration.ofSeconds(1);

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

    /**
     * What an agent has to be told.
     *
     * @param revision grows with each change of the set
     * @param actors those of the set of which it does not know this version
     * @param gone those that it knows and that are not in the set
     */
    public record Changes(long epoch, long revision, List<Versioned> actors, List<ActorId> gone) {}

    /** @param version of the actor: what is wanted of it is the same as long as this is */
    public record Versioned(DesiredActor actor, long version) {}

    /**
     * One statement sees one instant: the revision is that of just these actors.
     *
     * @param known which versions of which actors the agent was told last
     * @return empty if the agent never joined
     */
    public Optional<Changes> of(AgentId agent, Map<ActorId, Long> known) {
        var actors = new ArrayList<Versioned>();
        var changes = jdbc.sql("""
                with known as (
                    select * from unnest(cast(:ids as uuid[]), cast(:versions as bigint[])) as k (id, version))
                select a.*, g.epoch as agent_epoch, g.set_revision as agent_set_revision, g.proxy_url as agent_proxy_url,
                    b.kind as build_kind, b.sha256 as build_sha256, b.size_bytes as build_size_bytes,
                    b.compression as build_compression, b.start_timeout_ms as build_start_timeout_ms, e.slug as environment_slug,
                    p.id as project_id, p.slug as project_slug, r.name as region_name,
                    array(select id from known except select id from actor where agent_id = g.id) as gone
                from agent g
                left join actor a on a.agent_id = g.id
                    and not exists (select from known k where k.id = a.id and k.version = a.version)
                left join build b on b.id = a.build_id
                left join environment e on e.id = a.environment_id
                left join project p on p.id = e.project_id
                left join region r on r.id = a.region
                where g.id = :agent
                order by a.id
                """)
                .param("agent", agent.value())
                .param("ids", array(known.keySet()))
                .param("versions", array(known.values()))
                .query((row, number) -> {
                    if (row.getObject("id") != null) {
                        var actor = ActorRepository.actor(row, number);
                        actors.add(new Versioned(desired(row, actor), actor.version()));
                    }
                    return new Changes(
                            row.getLong("agent_epoch"), row.getLong("agent_set_revision"), actors, gone(row));
                })
                .list();
        return changes.stream().findFirst();
    }

    private static String array(Collection<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static List<ActorId> gone(ResultSet row) throws SQLException {
        return Arrays.stream((UUID[]) row.getArray("gone").getArray())
                .map(ActorId::new)
                .toList();
    }

    private DesiredActor desired(ResultSet row, Actor actor) throws SQLException {
        return switch (actor.state()) {
            case Starting(var _, var at, var _) -> run(row, actor, at, null);
            case Running(var _, var at, var _, var _, var _, var upgrade) ->
                run(row, actor, at, newer(actor, at, upgrade));
            case Stopping(var _, var at, var grace, var then, var drain) ->
                new DesiredActor.Stop(
                        actor.id(),
                        at.generation(),
                        grace.toMillis(),
                        forGood(actor),
                        drain == null ? null : drain.toMillis(),
                        then.told());
            case Pending _, CrashBackoff _, Sleeping _, Destroyed _ ->
                throw new IllegalStateException(
                        "no agent has an actor that is " + actor.state().status());
        };
    }

    /** Only of one that has a directory. */
    private static @Nullable Boolean forGood(Actor actor) {
        return (actor.setup().dirQuotaBytes() != null && actor.state().ending()) ? true : null;
    }

    private static DesiredActor.@Nullable Newer newer(Actor actor, Assignment at, @Nullable IdleWait waiting) {
        var upgrade = actor.upgrade();
        var isNewer = waiting != null || (upgrade != null && upgrade.isOpen() && !upgrade.isTriedBy(at.generation()));
        return isNewer ? new DesiredActor.Newer(actor.build(), waiting == null ? null : UNUSED.toMillis()) : null;
    }

    private DesiredActor run(ResultSet row, Actor actor, Assignment at, DesiredActor.@Nullable Newer newer)
            throws SQLException {
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
                health(actor, row.getObject("build_start_timeout_ms", Long.class)),
                setup.idleTimeout() == null ? null : setup.idleTimeout().toMillis(),
                setup.dirQuotaBytes());
        return new DesiredActor.Run(actor.id(), at.generation(), spec, newer);
    }

    /** With how long this start may take. @return null where nothing is said */
    private @Nullable Health health(Actor actor, @Nullable Long ofBuild) {
        var usual =
                actor.setup().health() == null ? Health.USUAL : actor.setup().health();
        var health = usual.withStartTimeout(startTimeout(actor, usual.startTimeoutMs(), ofBuild));
        return health.equals(Health.USUAL) ? null : health;
    }

    /** Of a build on trial less is waited for, where nobody says, than of one that has nothing to go back to. */
    private @Nullable Long startTimeout(Actor actor, @Nullable Long own, @Nullable Long ofBuild) {
        var trial = actor.isTrial(actor.generation()) ? actor.upgrade() : null;
        if (trial != null && trial.startTimeoutMs() != null) {
            return trial.startTimeoutMs();
        }
        if (own != null || ofBuild != null) {
            return own != null ? own : ofBuild;
        }
        return trial == null
                ? null
                : Long.valueOf(settings.upgradeStartTimeout().toMillis());
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
