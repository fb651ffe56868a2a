package rivet.controlplane.explain;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.actor.Explanations;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.log.ActorLogs;
import rivet.protocol.api.ExplanationView;

/** Why an actor is, or is not, running. */
@RestController
class ExplainController {

    private static final int LINES = 10;

    private final Explanations explanations;
    private final ActorLogs logs;

    ExplainController(Explanations explanations, ActorLogs logs) {
        this.explanations = explanations;
        this.logs = logs;
    }

    /** Why an actor is in the state that it is in, since when, what comes next, and the last lines it printed. */
    @Needs(Scope.READ)
    @GetMapping("/actors/{id}/explain")
    ExplanationView explain(Caller caller, @PathVariable("id") String id) {
        var why = explanations.of(caller.environment(), id);
        return new ExplanationView(
                why.state(),
                why.reason(),
                why.since(),
                why.message(),
                why.generation(),
                why.agent(),
                why.nextAttemptAt(),
                why.queuePosition(),
                why.placeBy(),
                why.exitCode(),
                logs.last(why.actor(), LINES));
    }
}
