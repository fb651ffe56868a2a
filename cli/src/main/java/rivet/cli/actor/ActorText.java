package rivet.cli.actor;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import rivet.cli.terminal.Failure;
import rivet.cli.terminal.Output;
import rivet.cli.terminal.Pairs;
import rivet.protocol.ActorId;
import rivet.protocol.api.ActorView;

/** An actor, as text for people. */
final class ActorText {

    private ActorText() {}

    static ActorId parseId(String text) {
        try {
            return ActorId.parse(text);
        } catch (IllegalArgumentException e) {
            throw Failure.badInput("BAD_ACTOR_ID", "actor " + e.getMessage());
        }
    }

    static void describe(Output output, ActorView actor) {
        output.say("actor    " + output.emphasised(actor.id()));
        output.say("state    " + state(actor));
        optional(output, "queue    ", actor.queuePosition());
        optional(output, "key      ", actor.key());
        output.say("region   " + actor.region());
        output.say("build    " + actor.runtime().build());
        if (!actor.tags().isEmpty()) {
            output.say("tags     " + Pairs.print(actor.tags()));
        }
        output.say("created  " + actor.createdAt());
        optional(output, "started  ", actor.startedAt());
        optional(output, "ended    ", actor.destroyedAt());
        if (actor.network().ports().isEmpty()) {
            output.say("port     none");
        }
        actor.network()
                .ports()
                .forEach((name, port) -> output.say("port     %s  %s  %s"
                        .formatted(name, port.protocol(), output.emphasised(Output.orNone(port.url())))));
    }

    static String state(ActorView actor) {
        return actor.reason() == null ? actor.state() : "%s (%s)".formatted(actor.state(), actor.reason());
    }

    static List<String> urls(ActorView actor) {
        return actor.network().ports().values().stream()
                .map(ActorView.Port::url)
                .filter(Objects::nonNull)
                .toList();
    }

    private static void optional(Output output, String label, @Nullable Object value) {
        if (value != null) {
            output.say(label + value);
        }
    }
}
