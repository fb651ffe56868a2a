package rivet.controlplane.actor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import rivet.controlplane.query.Schema;
import rivet.controlplane.query.Schema.Property;
import rivet.controlplane.query.Schema.Type;

/**
 * What a query may ask of an actor. The names are the published client's, with ours beside them where ours differ. Times are
 * milliseconds since 1970, and 0 for what has not happened, so that "not destroyed" can be asked for. In the SQL the actor's
 * row is {@code a}.
 */
public final class ActorProperties {

    public static final Schema SCHEMA = new Schema(properties());

    static final String ID = "actor_id";
    static final String TAGS = "tags";
    static final String STATE = "state";
    static final String DESTROYED_AT = "destroyed_at";

    /** The states of actors that lists show without being asked for destroyed ones. */
    static final Set<String> LIVE = Set.of("pending", "starting", "running", "crash_backoff", "sleeping");

    private ActorProperties() {}

    private static Map<String, Property> properties() {
        var all = new HashMap<String, Property>();
        all.put(TAGS, new Property(Type.TEXT_MAP, "a.tags"));
        text(all, "a.id::text", ID);
        text(all, "(select e.project_id::text from environment e where e.id = a.environment_id)", "project_id");
        text(all, "a.region", "region", "datacenter_id");
        text(all, "a.build_id::text", "build_id");
        text(all, "(select b.kind from build b where b.id = a.build_id)", "build_kind");
        text(all, "(select b.compression from build b where b.id = a.build_id)", "build_compression");
        text(all, "a.setup ->> 'network'", "network_mode");
        text(all, "a.agent_id::text", "agent_id", "client_id");
        text(all, "a.status", STATE);
        number(all, "a.generation", "generation");
        number(all, "a.cpu_millicores", "cpu_millicores", "selected_cpu_millicores");
        number(all, "a.memory_mib", "memory_mib", "selected_memory_mib");
        number(all, "extract(epoch from cast(a.setup ->> 'grace' as interval)) * 1000", "kill_timeout");
        number(all, "(select count(*) from jsonb_object_keys(a.setup -> 'environment'))", "env_vars");
        all.put("durable", new Property(Type.BOOL, "cast(a.setup ->> 'durable' as boolean)"));
        number(all, millis("a.created_at"), "created_at");
        number(all, millis("a.started_at"), "started_at", "connectable_at");
        number(all, millis("a.destroyed_at"), DESTROYED_AT);
        number(all, "case when a.status = 'destroyed' then (a.state ->> 'since_ms')::bigint else 0 end", "finished_at");
        return all;
    }

    private static void text(Map<String, Property> all, String sql, String... names) {
        List.of(names).forEach(name -> all.put(name, new Property(Type.TEXT, sql)));
    }

    private static void number(Map<String, Property> all, String sql, String... names) {
        List.of(names)
                .forEach(name ->
                        all.put(name, new Property(Type.NUMBER, "cast(%s as double precision)".formatted(sql))));
    }

    private static String millis(String time) {
        return "coalesce(floor(extract(epoch from %s) * 1000), 0)".formatted(time);
    }
}
