package rivet.agent.proxy.guard;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.Shown;

/** Whether a request may reach a port. */
public sealed interface Decision {

    /** @param connection whose token was shown; null where the rule is of another kind */
    record Granted(Shown shown, @Nullable UUID connection) implements Decision {}

    /** Nothing was shown, or nothing that is good now. */
    record Unauthorized(String message) implements Decision {}

    /** What was shown is good, but not for this request. */
    record Forbidden(String message) implements Decision {}
}
