package rivet.controlplane.route;

import java.util.Set;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.web.Problem;
import rivet.controlplane.web.Texts;
import rivet.protocol.link.RouteTraffic;

/** Where agents' counts come in, each once, and where old ones go. */
@Component
public final class RouteTrafficStore {

    private static final int PRUNED_AT_ONCE = 10_000;
    private static final int LONGEST_LABEL = 256;
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH", "CONNECT", "TRACE", "OTHER");

    private final RouteTrafficRepository repository;
    private final Transactions transactions;
    private final RouteSettings settings;

    RouteTrafficStore(RouteTrafficRepository repository, Transactions transactions, RouteSettings settings) {
        this.repository = repository;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** When this returns, the batch is stored; one that came before changes nothing. */
    void store(RouteTraffic traffic) {
        if (traffic.counts().size() > RouteTraffic.MOST_COUNTS) {
            throw Problem.badField(
                    "counts", traffic.counts().size() + " of them", "at most " + RouteTraffic.MOST_COUNTS);
        }
        traffic.counts().forEach(this::check);
        transactions.run(() -> {
            var isNew = repository.isNew(traffic.run(), traffic.batch());
            if (isNew) {
                repository.add(traffic.counts());
            }
            return isNew;
        });
    }

    /** @return whether more can be done at once */
    public boolean prune() {
        repository.pruneRuns(settings.historyRetention());
        return repository.prune(settings.historyRetention(), PRUNED_AT_ONCE) == PRUNED_AT_ONCE;
    }

    private void check(RouteTraffic.Count count) {
        if (count.status() < 100 || count.status() > 999) {
            throw Problem.badField("counts.status", count.status(), "100 to 999");
        }
        if (count.requests() < 1 || count.requests() > 1L << 40) {
            throw Problem.badField("counts.requests", count.requests(), "at least 1");
        }
        if (count.ageMs() < 0 || count.ageMs() > settings.historyRetention().toMillis()) {
            throw Problem.badField(
                    "counts.age_ms",
                    count.ageMs(),
                    "0 to " + settings.historyRetention().toMillis());
        }
        if (!METHODS.contains(count.method())) {
            throw Problem.badField("counts.method", count.method(), "one of " + METHODS);
        }
        var cause = count.cause();
        if (!fits(count.route()) || !fits(count.hostname()) || (cause != null && !fits(cause))) {
            throw Problem.badField("counts", "route, hostname or cause", "at most %d bytes".formatted(LONGEST_LABEL));
        }
    }

    private static boolean fits(String label) {
        return Texts.bytes(label) <= LONGEST_LABEL && Texts.storable(label);
    }
}
