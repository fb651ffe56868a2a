package rivet.controlplane.auth;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import rivet.controlplane.audit.Audit;
import rivet.controlplane.database.Transactions;
import rivet.controlplane.tenancy.Environment;
import rivet.controlplane.web.Problem;

/** The door: issues, lists and revokes tokens. Nobody can issue more than they have themselves. Thread-safe. */
@Component
public final class Tokens {

    /** Bounds the lists, which have no pages; nobody can look after more. */
    static final int MOST = 1000;

    /** The longest a token may be told to live: what a client cannot even print is a slip. */
    private static final Instant LATEST =
            OffsetDateTime.of(9999, 12, 31, 23, 59, 59, 0, ZoneOffset.UTC).toInstant();

    private final TokenRepository repository;
    private final Transactions transactions;
    private final AuthSettings settings;

    Tokens(TokenRepository repository, Transactions transactions, AuthSettings settings) {
        this.repository = repository;
        this.transactions = transactions;
        this.settings = settings;
        if (!settings.development() && !settings.bootstrapToken().isEmpty()) {
            repository.storeBootstrap(new TokenSecret(settings.bootstrapToken()));
        }
    }

    record Issued(Token token, TokenSecret secret) {}

    /** @throws Problem 403 for more than the caller has, 400 for a time that has passed, 409 where there are too many */
    Issued issue(Principal by, TokenDraft wanted) {
        var draft = limited(by, wanted);
        return transactions.run(() -> {
            var environment = draft.environment();
            if (repository.count(environment == null ? null : environment.id()) >= MOST) {
                throw Problem.conflict("TOKEN_LIMIT", "%d tokens are the most; revoke some first".formatted(MOST));
            }
            requireFuture(draft.expiresAt());
            var secret = TokenSecret.random();
            var token = repository.insert(secret, draft);
            Audit.target("/tokens/" + token.id());
            return new Issued(token, secret);
        });
    }

    private static TokenDraft limited(Principal by, TokenDraft wanted) {
        if (wanted.environment() == null && !by.isEverywhere()) {
            throw forbidden("everywhere", "a token of one environment can issue tokens of that environment only");
        }
        for (var scope : wanted.scopes()) {
            if (!by.has(scope)) {
                throw forbidden("scopes", "the caller's token has no scope " + scope);
            }
        }
        return new TokenDraft(
                wanted.name(), wanted.scopes(), wanted.environment(), expiry(by.expiresAt(), wanted.expiresAt()));
    }

    /** Else a token about to expire could issue one that never does. */
    private static @Nullable Instant expiry(@Nullable Instant own, @Nullable Instant wanted) {
        if (own != null && wanted != null && wanted.isAfter(own)) {
            throw forbidden("expires_at", "the caller's token expires at %s".formatted(own));
        }
        return wanted == null ? own : wanted;
    }

    private void requireFuture(@Nullable Instant expiresAt) {
        if (expiresAt != null && (!expiresAt.isAfter(repository.now()) || expiresAt.isAfter(LATEST))) {
            throw Problem.badField("expires_at", expiresAt, "a time in the future, before the year 10000");
        }
    }

    private static Problem forbidden(String field, String message) {
        return new Problem(HttpStatus.FORBIDDEN, "API_FORBIDDEN", "%s: %s".formatted(field, message)).at(field);
    }

    /** Newest first. @param named null: all that the caller may touch */
    List<Token> list(Principal by, @Nullable Environment named) {
        return repository.list(idOf(named == null ? by.environment() : named), MOST);
    }

    /** From now on, on all replicas. Repeating it is harmless. @throws Problem 404 without such a token */
    void revoke(Principal by, UUID id) {
        if (!transactions.run(() -> repository.revoke(id, idOf(by.environment())))) {
            throw absent(id.toString());
        }
    }

    /** @return false: there is nothing more to do at once */
    public boolean prune() {
        repository.prune(settings.tokenRetention());
        return false;
    }

    static Problem absent(String id) {
        return Problem.notFound("TOKEN_NOT_FOUND", "token: no '%s'".formatted(id))
                .at("token");
    }

    private static @Nullable UUID idOf(@Nullable Environment environment) {
        return environment == null ? null : environment.id();
    }
}
