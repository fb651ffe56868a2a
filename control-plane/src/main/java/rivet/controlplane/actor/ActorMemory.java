package rivet.controlplane.actor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import rivet.controlplane.idempotency.Idempotency.Memory;
import rivet.protocol.ActorId;

/** How what was done to actors is remembered under an idempotency key: by their ids, and recalled as they are by then. */
@Component
final class ActorMemory {

    private static final String CREATED = "created ";
    private static final String FOUND = "found ";

    private final ActorRepository repository;

    ActorMemory(ActorRepository repository) {
        this.repository = repository;
    }

    /** @param created whether the request made it */
    record Made(Actor actor, boolean created) {}

    Memory<Actor> one() {
        return new Memory<>(ActorMemory::id, this::find);
    }

    Memory<List<Actor>> many() {
        return new Memory<>(
                actors -> actors.stream().map(ActorMemory::id).collect(Collectors.joining(" ")),
                ids -> Arrays.stream(ids.split(" ")).map(this::find).toList());
    }

    Memory<Made> made() {
        return new Memory<>(
                made -> (made.created() ? CREATED : FOUND) + id(made.actor()),
                text -> new Made(find(text.substring(text.indexOf(' ') + 1)), text.startsWith(CREATED)));
    }

    private static String id(Actor actor) {
        return actor.id().toString();
    }

    private Actor find(String id) {
        return repository.find(ActorId.parse(id)).orElseThrow(() -> ActorRequests.absent(id));
    }
}
