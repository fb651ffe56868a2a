package rivet.controlplane.connection;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import rivet.controlplane.actor.ActorPorts;
import rivet.controlplane.actor.OidcSettings;
import rivet.controlplane.connection.ConnectionRepository.Which;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;
import rivet.protocol.ActorId;
import rivet.protocol.ConnectionToken;
import rivet.protocol.PortGuard;
import rivet.protocol.link.ConnectionKey;
import rivet.protocol.link.IssuerKeys;

/** The door: connections are made and revoked here, and agents' links ask here for keys and revocations. */
@Component
public final class Connections {

    private static final Logger log = LoggerFactory.getLogger(Connections.class);
    private static final long MOST_OF_ACTOR = 10_000;
    private static final int MOST_LISTED = 1000;
    /** So that a list can still tell what has just expired. */
    private static final Duration RETENTION = Duration.ofDays(1);

    private final ConnectionRepository repository;
    private final ConnectionKeys keys;
    private final IssuerKeyRepository issuerKeys;
    private final Issuers issuers;
    private final OidcSettings oidc;
    private final ActorPorts ports;
    private final Transactions transactions;
    private final Supplier<UUID> ids;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    Connections(
            ConnectionRepository repository,
            ConnectionKeys keys,
            IssuerKeyRepository issuerKeys,
            Issuers issuers,
            OidcSettings oidc,
            ActorPorts ports,
            Transactions transactions) {
        this.repository = repository;
        this.keys = keys;
        this.issuerKeys = issuerKeys;
        this.issuers = issuers;
        this.oidc = oidc;
        this.ports = ports;
        this.transactions = transactions;
        this.ids = () -> ActorId.random().value();
    }

    /** What proxies need to check tokens. @param revision grows with each change */
    public record All(long revision, List<ConnectionKey> keys, List<UUID> revoked, List<IssuerKeys> issuers) {}

    /** A connection that was just made. @param url of the port, without the token */
    record Made(UUID id, String token, String url, Instant expiresAt) {}

    public long revision() {
        return repository.revision();
    }

    /** An agent that is told has a key before the first token is made. */
    public All all() {
        requireKey();
        return transactions.run(() -> {
            repository.lockAll();
            return new All(repository.revision(), keys.all(), repository.revoked(), issuerKeys.all(oidc.issuers()));
        });
    }

    /** Told in this process after each change. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Makes the next key when it is time, and forgets what expired long ago. @return false: there is no more to do at once */
    public boolean prune() {
        requireKey();
        repository.prune(RETENTION);
        keys.prune();
        return false;
    }

    /** Asks each issuer whose keys are old; where it does not answer they stay good. @return false: there is no more to do at once */
    public boolean refreshIssuers() {
        for (var issuer : oidc.issuers()) {
            if (!issuerKeys.isFresh(issuer, oidc.refresh())) {
                refresh(issuer);
            }
        }
        return false;
    }

    private void refresh(URI issuer) {
        try {
            var jwks = issuers.keys(issuer);
            change(() -> issuerKeys.put(issuer, jwks) ? 1L : 0L);
        } catch (Issuers.Unusable e) {
            log.atWarn()
                    .addKeyValue("issuer", issuer)
                    .addKeyValue("why", e.getMessage())
                    .log("an issuer's keys could not be fetched");
        }
    }

    Made make(Environment environment, ActorId actor, ConnectionDraft draft) {
        var port = ports.find(environment, actor, draft.port());
        if (!(port.guard() instanceof PortGuard.Connection)) {
            throw Problem.conflict(
                            "PORT_NOT_GUARDED",
                            "port: '%s' is not reached with connections (expected: a port with routing.guard.authorization.connection)"
                                    .formatted(draft.port()))
                    .at("port");
        }
        if (port.url() == null) {
            throw Problem.conflict("PORT_HAS_NO_URL", "port: no agent's proxy serves the actor yet")
                    .at("port")
                    .retryAfter(Duration.ofSeconds(1));
        }
        requireKey();
        return made(environment, actor, draft, port.url());
    }

    private Made made(Environment environment, ActorId actor, ConnectionDraft draft, String url) {
        if (repository.live(actor) >= MOST_OF_ACTOR) {
            throw Problem.conflict(
                    "CONNECTION_LIMIT",
                    "the actor has %d connections (expected: fewer; they expire, or are revoked)"
                            .formatted(MOST_OF_ACTOR));
        }
        var id = ids.get();
        var expiresAt = repository.insert(id, environment.id(), actor, draft);
        var token = new ConnectionToken(
                id,
                actor,
                draft.port(),
                draft.subject(),
                draft.claims(),
                draft.methods(),
                draft.pathPrefix(),
                draft.singleUse(),
                expiresAt.toEpochMilli());
        var signing = keys.signing().orElseThrow();
        return new Made(id, ConnectionKeys.sign(signing, token), url, expiresAt);
    }

    List<ConnectionRow> list(Environment environment, ActorId actor) {
        ports.requireActor(environment, actor);
        return repository.newest(actor, MOST_LISTED);
    }

    /** Repeating it changes nothing. */
    void revoke(Environment environment, ActorId actor, UUID connection) {
        ports.requireActor(environment, actor);
        if (!repository.exists(actor, connection)) {
            throw Problem.notFound("CONNECTION_NOT_FOUND", "connection: the actor has no '%s'".formatted(connection))
                    .at("connection_id");
        }
        revoke(environment, new Which(connection, actor, null));
    }

    /** @return how many were good before */
    long revoke(Environment environment, Which which) {
        if (which.actor() != null) {
            ports.requireActor(environment, which.actor());
        }
        return change(() -> repository.revoke(environment.id(), which));
    }

    private void requireKey() {
        if (keys.wantsNew()) {
            change(() -> {
                if (!keys.wantsNew()) {
                    return 0L;
                }
                keys.add();
                return 1L;
            });
        }
    }

    /** @param work tells how much it changed */
    private long change(Supplier<Long> work) {
        return transactions.run(() -> {
            repository.lockAll();
            var changed = work.get();
            if (changed > 0) {
                repository.bumpRevision();
                Transactions.afterCommit(() -> listeners.forEach(Runnable::run));
            }
            return changed;
        });
    }
}
