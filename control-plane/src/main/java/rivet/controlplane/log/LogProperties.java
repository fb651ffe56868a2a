package rivet.controlplane.log;

import java.util.HashMap;
import java.util.Set;
import rivet.controlplane.actor.ActorProperties;
import rivet.controlplane.query.KeyPath;
import rivet.controlplane.query.Schema;
import rivet.controlplane.query.Schema.Property;
import rivet.controlplane.query.Schema.Type;

/**
 * What a query may ask of a line: what it says, where it was said, and everything of the actor that said it. In the SQL the
 * line's row is {@code l}, the actor's {@code a}.
 */
final class LogProperties {

    static final KeyPath MESSAGE = new KeyPath("message", null);
    static final KeyPath STREAM = new KeyPath("stream", null);
    static final KeyPath ACTOR = new KeyPath("actor_id", null);
    static final Schema SCHEMA = schema();

    private static final Set<String> OF_LINES = Set.of("message", "stream", "stream_type");

    private LogProperties() {}

    static boolean isOfActor(KeyPath path) {
        return !OF_LINES.contains(path.property());
    }

    private static Schema schema() {
        var all = new HashMap<>(ActorProperties.SCHEMA.properties());
        all.put("message", new Property(Type.UTF8, "l.line"));
        all.put("stream", new Property(Type.TEXT, "case l.stream when 0 then 'stdout' else 'stderr' end"));
        all.put("stream_type", new Property(Type.NUMBER, "cast(l.stream as double precision)"));
        return new Schema(all);
    }
}
