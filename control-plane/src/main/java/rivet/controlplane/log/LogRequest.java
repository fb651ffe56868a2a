package rivet.controlplane.log;

import java.util.SortedSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.controlplane.query.Expression;
import rivet.protocol.ActorId;

/** Which lines a reader asks for. @param actors the only ones that are meant; absent: all that the expression is true of */
record LogRequest(UUID environment, @Nullable SortedSet<ActorId> actors, Expression expression) {

    Lines.Wanted wanted() {
        return Lines.Wanted.of(environment, expression);
    }

    /** What the expression asks of actors. */
    Expression ofActors() {
        return expression.relaxed(LogProperties::isOfActor);
    }
}
