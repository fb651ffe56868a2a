package rivet.controlplane.auth;

import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import rivet.controlplane.tenancy.Environment;

/** The rows of tokens. Times that are compared come from the database's clock. */
@Component
final class TokenRepository {

    private static final String SELECT = """
            select t.*, t.expires_at <= clock_timestamp() as expired,
                   t.last_used_at > clock_timestamp() - interval '1 minute' as lately,
                   e.slug as environment, p.id as project_id, p.slug as project
            from api_token t
            left join environment e on e.id = t.environment_id left join project p on p.id = e.project_id
            """;

    private final JdbcClient jdbc;

    TokenRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    enum Validity {
        VALID,
        EXPIRED,
        REVOKED
    }

    /** A token with what only its verification needs. @param lately whether its use on record is less than a minute old */
    record Kept(Token token, Digest hash, Validity validity, boolean lately) {}

    /** Bytes in a record would be compared by identity, and not in constant time if they were not. */
    static final class Digest {
        private final byte[] bytes;

        Digest(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean isOf(TokenSecret secret) {
            return MessageDigest.isEqual(bytes, secret.hash());
        }
    }

    Optional<Kept> find(String prefix) {
        return jdbc.sql(SELECT + "where t.prefix = :prefix")
                .param("prefix", prefix)
                .query(TokenRepository::kept)
                .optional();
    }

    /** Once a minute at most, and by only one of those who use it at the same time. */
    void noticeUse(UUID token) {
        jdbc.sql("""
                update api_token set last_used_at = clock_timestamp()
                where id = (select id from api_token where id = :id
                            and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
                            for no key update skip locked)
                """).param("id", token).update();
    }

    /** Newest first; revoked ones left out. @param environment null: all there are */
    List<Token> list(@Nullable UUID environment, int limit) {
        return jdbc.sql(SELECT + """
                where t.revoked_at is null
                  and (cast(:environment as uuid) is null or t.environment_id = cast(:environment as uuid))
                order by t.created_at desc, t.id desc limit :limit
                """)
                .param("environment", environment)
                .param("limit", limit)
                .query(TokenRepository::token)
                .list();
    }

    /** Those of one environment, or (null) those of the whole installation. */
    long count(@Nullable UUID environment) {
        return jdbc.sql("""
                select count(*) from api_token
                where revoked_at is null and environment_id is not distinct from cast(:environment as uuid)
                """).param("environment", environment).query(Long.class).single();
    }

    Token insert(TokenSecret secret, TokenDraft draft) {
        var environment = draft.environment();
        var id = jdbc.sql("""
                insert into api_token (name, prefix, hash, scopes, environment_id, expires_at)
                values (:name, :prefix, :hash, :scopes, :environment, :expires)
                returning id
                """)
                .param("name", draft.name())
                .param("prefix", secret.prefix())
                .param("hash", secret.hash())
                .param("scopes", texts(draft.scopes()))
                .param("environment", environment == null ? null : environment.id())
                .param("expires", time(draft.expiresAt()))
                .query(UUID.class)
                .single();
        return jdbc.sql(SELECT + "where t.id = :id")
                .param("id", id)
                .query(TokenRepository::token)
                .single();
    }

    /** @param environment null: whichever it is good for @return whether there is such a token, revoked now or before */
    boolean revoke(UUID id, @Nullable UUID environment) {
        return jdbc.sql("""
                update api_token set revoked_at = coalesce(revoked_at, clock_timestamp())
                where id = :id and (cast(:environment as uuid) is null or environment_id = cast(:environment as uuid))
                """).param("id", id).param("environment", environment).update() == 1;
    }

    /** A setting that has not changed changes nothing: revoked it stays revoked. */
    void storeBootstrap(TokenSecret secret) {
        jdbc.sql("""
                insert into api_token (name, prefix, hash, scopes, bootstrap)
                values ('bootstrap', :prefix, :hash, '{admin}', true)
                on conflict (bootstrap) where bootstrap do update
                set prefix = excluded.prefix, hash = excluded.hash, created_at = clock_timestamp(),
                    revoked_at = null, last_used_at = null
                where api_token.hash <> excluded.hash
                """)
                .param("prefix", secret.prefix())
                .param("hash", secret.hash())
                .update();
    }

    int prune(Duration retention) {
        return jdbc.sql("""
                delete from api_token
                where least(expires_at, revoked_at) < clock_timestamp() - make_interval(secs => :age) and not bootstrap
                """).param("age", retention.toSeconds()).update();
    }

    Instant now() {
        return jdbc.sql("select clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private static Kept kept(ResultSet row, int number) throws SQLException {
        var revoked = row.getObject("revoked_at") != null;
        var expired = row.getBoolean("expired");
        return new Kept(
                token(row, number),
                new Digest(row.getBytes("hash")),
                revoked ? Validity.REVOKED : expired ? Validity.EXPIRED : Validity.VALID,
                row.getBoolean("lately"));
    }

    private static Token token(ResultSet row, int number) throws SQLException {
        return new Token(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("prefix"),
                scopes((Object[]) row.getArray("scopes").getArray()),
                environment(row),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "last_used_at"));
    }

    private static @Nullable Environment environment(ResultSet row) throws SQLException {
        var id = row.getObject("environment_id", UUID.class);
        return id == null
                ? null
                : new Environment(
                        id,
                        row.getString("environment"),
                        row.getObject("project_id", UUID.class),
                        row.getString("project"));
    }

    private static Set<Scope> scopes(Object[] texts) {
        var scopes = EnumSet.noneOf(Scope.class);
        Arrays.stream(texts).forEach(text -> Scope.of(String.valueOf(text)).ifPresent(scopes::add));
        return scopes;
    }

    private static String[] texts(Set<Scope> scopes) {
        return scopes.stream().map(Scope::toString).toArray(String[]::new);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
