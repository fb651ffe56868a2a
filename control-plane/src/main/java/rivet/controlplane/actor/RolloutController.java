package rivet.controlplane.actor;

import java.util.UUID;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import rivet.controlplane.auth.Caller;
import rivet.controlplane.auth.Needs;
import rivet.controlplane.auth.Scope;
import rivet.controlplane.web.Problem;
import rivet.protocol.api.RolloutView;

/** How far upgrades of many actors are, over REST. */
@RestController
@RequestMapping("/rollouts")
class RolloutController {

    private final RolloutRepository repository;

    RolloutController(RolloutRepository repository) {
        this.repository = repository;
    }

    /** Upgrades of many actors some at a time, newest first. */
    @Needs(Scope.READ)
    @GetMapping
    RolloutView.Many rollouts(Caller caller) {
        return new RolloutView.Many(repository.views(caller.environment().id()));
    }

    /** How far such an upgrade is. */
    @Needs(Scope.READ)
    @GetMapping("/{id}")
    RolloutView.One rollout(Caller caller, @PathVariable("id") String id) {
        return new RolloutView.One(find(caller, id));
    }

    /** Upgrades no more actors; those that were told go on. May be repeated. */
    @Needs({Scope.ACTORS, Scope.DEPLOY})
    @DeleteMapping("/{id}")
    RolloutView.One cancelRollout(Caller caller, @PathVariable("id") String id) {
        var found = find(caller, id);
        repository.end(UUID.fromString(found.id()), "cancelled", null);
        return new RolloutView.One(find(caller, id));
    }

    private RolloutView find(Caller caller, String id) {
        return repository.view(caller.environment().id(), parse(id)).orElseThrow(() -> absent(id));
    }

    private static UUID parse(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException _) {
            throw absent(id);
        }
    }

    private static Problem absent(String id) {
        return Problem.notFound("ROLLOUT_NOT_FOUND", "rollout: no '%s'".formatted(id))
                .at("rollout");
    }
}
