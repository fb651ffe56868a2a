package rivet.controlplane.actor;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.PortGuard;

/** The door for whoever lets people in: actors' ports, and who may reach them. */
@Component
public final class ActorPorts {

    private final ActorRequests requests;
    private final ActorViews views;

    ActorPorts(ActorRequests requests, ActorViews views) {
        this.requests = requests;
        this.views = views;
    }

    /** @param guard null where everyone may reach it @param url null while no proxy serves it */
    public record Found(@Nullable PortGuard guard, @Nullable String url) {}

    /** Fails unless the environment has, or had, such an actor. */
    public void requireActor(Environment environment, ActorId actor) {
        requests.get(environment, actor);
    }

    /** A port of an actor that is not destroyed. */
    public Found find(Environment environment, ActorId id, String port) {
        var actor = requests.get(environment, id);
        if (actor.state() instanceof ActorState.Destroyed) {
            throw Problem.conflict("ACTOR_DESTROYED", "actor: %s is destroyed".formatted(id));
        }
        var set = actor.setup().ports().get(port);
        if (set == null) {
            throw Problem.badField(
                    "port",
                    port,
                    "a port of the actor: "
                            + String.join(", ", actor.setup().ports().keySet()));
        }
        var shown = views.view(actor, null).network().ports().get(port);
        return new Found(set.guard(), shown == null ? null : shown.url());
    }
}
