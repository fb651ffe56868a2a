package rivet.controlplane.ingress;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.PortProtocol;
import rivet.protocol.link.IngressPort;

/** The door: numbers are lent and given back here as part of the caller's transaction, and agents' links ask for all of them. */
@Component
public final class Ingress {

    private final IngressRepository repository;
    private final IngressSettings settings;
    private final Map<String, Ports> known = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    Ingress(IngressRepository repository, IngressSettings settings) {
        this.repository = repository;
        this.settings = settings;
    }

    /** A port of an actor that has to have a number. @param port its name */
    public record Wanted(String region, ActorId actor, String port, PortProtocol protocol) {}

    /** All numbers of a region that are somebody's. @param revision grows with each change */
    public record Ports(long revision, List<IngressPort> ports) {}

    /**
     * A number that nobody else has in that region, and that rested for as long as can be.
     *
     * @throws Problem with {@code NO_INGRESS_PORT} where none is left
     */
    public int reserve(Wanted wanted) {
        int first = settings.first();
        int last = settings.last();
        var number = repository.take(wanted, first, last);
        if (number.isEmpty() && repository.fill(wanted, first, last)) {
            number = repository.take(wanted, first, last);
        }
        tellAfterCommit(wanted.region());
        return number.orElseThrow(() -> none(wanted));
    }

    private Problem none(Wanted wanted) {
        var field = "network.ports." + wanted.port();
        return new Problem(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "NO_INGRESS_PORT",
                        "%s: the proxies of region '%s' have no free %s port in %s; nothing was created"
                                .formatted(field, wanted.region(), wanted.protocol(), settings.ports()))
                .at(field)
                .retryAfter(Duration.ofSeconds(5));
    }

    /** All that the actor has is nobody's from then on. */
    public void release(String region, ActorId actor) {
        repository.release(actor);
        tellAfterCommit(region);
    }

    /** By region; one that is absent is at 0 and has none. */
    public Map<String, Long> revisions() {
        return repository.revisions();
    }

    /** One reads for all: when a number is lent, every agent of the region that is connected here asks at the same time. */
    public Ports of(String region) {
        long now = repository.revisions().getOrDefault(region, 0L);
        return known.compute(region, (_, last) -> last == null || last.revision() < now ? repository.of(region) : last);
    }

    /** Told the region in this process after each change. */
    public void onChange(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Under which the world reaches the region's proxies. @param agent the name of one of them, where nobody set one */
    public String host(String region, String agent) {
        return settings.host().isEmpty() ? agent : settings.host().replace("{region}", region);
    }

    private void tellAfterCommit(String region) {
        Transactions.afterCommit(() -> listeners.forEach(listener -> listener.accept(region)));
    }
}
