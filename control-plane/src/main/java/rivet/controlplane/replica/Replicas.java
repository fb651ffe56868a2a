package rivet.controlplane.replica;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.web.WebSettings;
import rivet.protocol.ReplicaId;
import rivet.protocol.link.ReplicaList;

/**
 * The door: this replica's place in the list of them, and the list. To be taken off it by mistake is safe at any time, for
 * who is not in it replaces nobody; it comes back under another name.
 */
@Component
public final class Replicas implements ApplicationListener<WebServerInitializedEvent>, DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(Replicas.class);

    /** Who says nothing for so long is taken off the list; until then its agents miss its word. */
    private static final Duration SILENT = Duration.ofSeconds(15);

    /** Who looked away for longer does not know who was silent meanwhile. */
    private static final long LONGEST_GAP = Duration.ofSeconds(5).toNanos();

    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]", "");

    private final ReplicaRepository repository;
    private final Transactions transactions;
    private final ReplicaSettings settings;
    private final WebSettings web;
    private final LongSupplier monotonic;
    private volatile ReplicaList list = new ReplicaList(0, List.of());
    private volatile @Nullable ReplicaId own;
    private volatile int port;
    private @Nullable Long keptAt;
    private long steadySince;

    Replicas(
            ReplicaRepository repository,
            Transactions transactions,
            ReplicaSettings settings,
            WebSettings web,
            LongSupplier monotonic) {
        this.repository = repository;
        this.transactions = transactions;
        this.settings = settings;
        this.web = web;
        this.monotonic = monotonic;
    }

    /** As it was when this replica looked last; of revision 0 before that. */
    public ReplicaList list() {
        return list;
    }

    /** Empty until this replica is in the list. */
    public Optional<ReplicaId> own() {
        return Optional.ofNullable(own);
    }

    /**
     * As part of the caller's transaction, until whose end this replica stays in the list.
     *
     * @return the revision since which it is; empty if it is not
     */
    public Optional<Long> lockOwn() {
        return own().flatMap(repository::lock);
    }

    /** One look at the list, and a sign of life; for one loop. @return false: there is never more to do at once */
    public boolean keep() {
        if (port == 0) {
            return false; // nobody could reach this replica yet
        }
        long now = monotonic.getAsLong();
        if (keptAt == null || now - keptAt > LONGEST_GAP) {
            steadySince = now;
        }
        own = transactions.run(this::stayOrJoin);
        if (now - steadySince > SILENT.toNanos() && repository.anySilent(SILENT)) {
            removeSilent();
        }
        list = repository.list();
        keptAt = monotonic.getAsLong();
        return false;
    }

    private ReplicaId stayOrJoin() {
        var before = own;
        if (before != null && repository.touch(before)) {
            return before;
        }
        var id = ReplicaId.random();
        repository.add(id, url());
        return id;
    }

    private void removeSilent() {
        int removed = transactions.run(() -> repository.removeSilent(SILENT));
        log.atWarn().addKeyValue("replicas", removed).log("replicas that said nothing any more are off the list");
    }

    private String url() {
        if (!settings.url().isEmpty()) {
            return settings.url();
        }
        var host = ANY_ADDRESS.contains(web.host()) ? thisMachine() : web.host();
        return "http://%s:%d".formatted(host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host, port);
    }

    private static String thisMachine() {
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException _) {
            return "127.0.0.1";
        }
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        port = event.getWebServer().getPort();
    }

    /** By now nothing here serves or replaces any more. One that cannot say so is missed after a while. */
    @Override
    public void destroy() {
        own().ifPresent(id -> {
            try {
                transactions.run(() -> {
                    repository.remove(id);
                    return id;
                });
            } catch (RuntimeException e) {
                log.atInfo().addKeyValue("cause", e.toString()).log("could not take leave of the other replicas");
            }
        });
    }
}
