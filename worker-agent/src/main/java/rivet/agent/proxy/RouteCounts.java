package rivet.agent.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import rivet.agent.proxy.http.Method;
import rivet.protocol.link.CustomRoute;

/** How many requests came for custom routes, until somebody takes the numbers away. Thread-safe. */
public final class RouteCounts {

    /** The client left before it was answered; the number is common usage. */
    static final int CLIENT_LEFT = 499;

    static final String CLIENT_LEFT_CAUSE = "client_closed";

    /** Beyond it, requests are told apart less: an actor must not make us remember a number for each status it invents. */
    private static final int MOST_KINDS = 10_000;

    private final ConcurrentHashMap<Kind, Long> counts = new ConcurrentHashMap<>();

    /** What requests have in common. @param cause absent where an actor answered */
    public record Kind(
            RouteName route,
            String hostname,
            String method,
            int status,
            @Nullable String cause) {

        private Kind coarse() {
            return new Kind(route, hostname, Method.OTHER.name(), status / 100 * 100, cause);
        }
    }

    /** Some of a kind. */
    public record Counted(Kind kind, long requests) {}

    void count(CustomRoute route, Method method, int status, @Nullable String cause) {
        Kind kind = new Kind(
                new RouteName(route.environmentId(), route.name()), route.hostname(), method.name(), status, cause);
        boolean tooMany = counts.size() >= MOST_KINDS && !counts.containsKey(kind);
        counts.merge(tooMany ? kind.coarse() : kind, 1L, Long::sum);
    }

    /** Each request is in exactly one answer. */
    public List<Counted> take() {
        List<Counted> taken = new ArrayList<>();
        for (Kind kind : counts.keySet()) {
            Long requests = counts.remove(kind);
            if (requests != null) {
                taken.add(new Counted(kind, requests));
            }
        }
        return taken;
    }
}
